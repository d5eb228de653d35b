/** What starts a trainer for a run directory. API: Launcher, StartedTrainer, TrainerEnd. */

/** How a trainer's process ended, as far as its launcher can tell. */
export interface TrainerEnd {
  /** Exit code, null when a signal ended it. */
  code: number | null;
  signal: string | null;
}

export interface StartedTrainer {
  /** What the launcher calls it: a pid, a job number. */
  name: string;
  /** Resolves when the process is gone. Never resolves for one that outlives its launcher. */
  ended: Promise<TrainerEnd>;
}

export interface Launcher {
  /** Starts `trainer <runDir>`, which then lives on its own. @throws when it could not be started at all. */
  launch(runDir: string): Promise<StartedTrainer>;
}
