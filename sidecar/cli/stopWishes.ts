import type { ChildProcess } from 'node:child_process';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Whether a process that ended so was told to stop, and not killed. */
export const isWish = (signal: string | null): boolean => SIGNALS.some((each) => each === signal);

/** Hears wishes to stop from when it is made, and passes them on to the trainer as soon as there is one. */
export class StopWishes {
  #trainer: ChildProcess | null = null;
  #early: NodeJS.Signals | null = null;

  constructor() {
    for (const signal of SIGNALS)
      process.on(signal, () => {
        if (this.#trainer === null) this.#early = signal;
        else this.#trainer.kill(signal);
      });
  }

  passTo(trainer: ChildProcess): void {
    this.#trainer = trainer;
    if (this.#early !== null) trainer.kill(this.#early);
  }
}
