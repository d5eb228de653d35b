/**
 * `control.json`: the state that somebody wants a run to be in. The trainer reconciles; nobody needs to be signalled.
 *
 * API: readControl(runDir), writeControl(runDir, control), requestCheckpoint(runDir, by), CONTROL_AT_START.
 */
import { join } from 'node:path';
import { z } from 'zod';
import { writeJsonAtomic } from './atomicFile.ts';
import { StoreError } from './errors.ts';
import { readJsonSync } from './jsonFile.ts';

const controlSchema = z.looseObject({
  want: z.enum(['run', 'pause', 'stop']),
  /** A checkpoint is due whenever this number has grown. */
  checkpoint: z.int().min(0),
  /** Who asked last: `daemon`, `cli`, `trainer`, … */
  by: z.string(),
});
export type Control = z.output<typeof controlSchema>;

function controlPath(runDir: string): string {
  return join(runDir, 'control.json');
}

/**
 * What is wanted now; a missing file wants the run to run. One small read: a trainer may ask at every step.
 * @throws StoreError `invalid-file`; whoever asks then keeps to what was wanted before.
 */
export function readControl(runDir: string): Control {
  return readJsonSync(controlPath(runDir), controlSchema) ?? { want: 'run', checkpoint: 0, by: '' };
}

export function writeControl(runDir: string, control: Control): void {
  writeJsonAtomic(controlPath(runDir), control);
}

/** An unreadable file holds no wish worth keeping: a new one replaces it. */
function present(runDir: string): Control {
  try {
    return readControl(runDir);
  } catch (error) {
    if (error instanceof StoreError && error.code === 'invalid-file')
      return { want: 'run', checkpoint: 0, by: '' };
    throw error;
  }
}

/** Changes what is wanted and keeps the checkpoint counter. */
export function setWanted(runDir: string, want: Control['want'], by: string): void {
  writeControl(runDir, { ...present(runDir), want, by });
}

/** Asks for one more checkpoint. */
export function requestCheckpoint(runDir: string, by: string): void {
  const control = present(runDir);
  writeControl(runDir, { ...control, checkpoint: control.checkpoint + 1, by });
}
