/**
 * Starts trainers as detached processes on this machine: they outlive the daemon, and their output goes to the run's log.
 *
 * API: localLauncher({trainerEntry}).
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { LOG_FILE } from '../store/runs.ts';
import type { Launcher, StartedTrainer, TrainerEnd } from './launcher.ts';

export interface LocalOptions {
  /** The script that is run as `node <trainerEntry> <runDir>`. */
  trainerEntry: string;
  /** Node, or what can act as it. */
  executable?: string;
  env?: NodeJS.ProcessEnv;
}

export function localLauncher({
  trainerEntry,
  executable = process.execPath,
  env = process.env,
}: LocalOptions): Launcher {
  return {
    async launch(runDir: string): Promise<StartedTrainer> {
      const log = openSync(join(runDir, LOG_FILE), 'a');
      try {
        const child = spawn(executable, [trainerEntry, runDir], {
          // A session of its own: no hang-up and no Ctrl-C of ours reaches it.
          detached: true,
          stdio: ['ignore', log, log],
          cwd: runDir,
          env,
          windowsHide: true,
        });
        const ended = new Promise<TrainerEnd>((resolve) => {
          child.once('exit', (code, signal) => {
            resolve({ code, signal });
          });
        });
        // 'spawn' or 'error', whichever comes: the latter is thrown.
        await once(child, 'spawn');
        child.unref();
        return { name: String(child.pid), ended };
      } finally {
        closeSync(log);
      }
    },
  };
}
