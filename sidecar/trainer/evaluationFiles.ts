import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { exhibitsSchema, type Exhibits } from '../protocol/exhibits.ts';
import { predictionsSchema, type Predictions } from '../protocol/predictions.ts';
import { StoreError } from '../store/errors.ts';
import { readJson } from '../store/jsonFile.ts';
import { EXHIBITS_FILE, PREDICTIONS_FILE } from '../store/runs.ts';
import type { RunFiles } from './runFiles.ts';

/** Replaces `predictions.json`. @throws StoreError `lease-lost` */
export function writePredictions(files: RunFiles, predictions: Predictions): void {
  files.writeJson(PREDICTIONS_FILE, z.encode(predictionsSchema, predictions));
}

/** Replaces `exhibits.json`. @throws StoreError `lease-lost` */
export function writeExhibits(files: RunFiles, exhibits: Exhibits): void {
  files.writeJson(EXHIBITS_FILE, z.encode(exhibitsSchema, exhibits));
}

const KEPT = [
  [PREDICTIONS_FILE, predictionsSchema],
  [EXHIBITS_FILE, exhibitsSchema],
] as const;

/** Removes what was kept at evaluations of steps that the run, as it is restored, has not done; `null`: it has done none. */
export async function forgetEvaluations(files: RunFiles, restored: number | null): Promise<void> {
  for (const [name, schema] of KEPT) {
    const path = join(files.runDir, name);
    if (await holds(path, schema, restored)) continue;
    files.lease.check();
    rmSync(path, { force: true });
  }
}

async function holds(
  path: string,
  schema: z.ZodType<{ readonly step: number }>,
  restored: number | null,
): Promise<boolean> {
  try {
    const kept = await readJson(path, schema);
    return kept === null || (restored !== null && kept.step <= restored);
  } catch (error) {
    // Of another version, or damaged: the next evaluation makes a new one.
    if (!(error instanceof StoreError && error.code === 'invalid-file')) throw error;
    return false;
  }
}
