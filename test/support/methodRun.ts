import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'vitest';
import type { BackendName } from '../../sidecar/backends/options.ts';
import { prepareRun } from '../../sidecar/launchers/prepareRun.ts';
import type { RunRecord } from '../../sidecar/protocol/runRecord.ts';
import { checkpointName } from '../../sidecar/store/checkpoints.ts';
import { effectiveRun, type Effective } from './effective.ts';
import { experimentOf, sideFor, type Variant } from './methodVariants.ts';
import { startNode } from './processes.ts';
import { unseenData } from './unseenData.ts';

const trainer = resolve('dist/sidecar/trainer.js');
const EVERY = 2;

export interface PreparedRun {
  readonly runDir: string;
  readonly record: RunRecord;
}

/** A run of six steps a stage, prepared and not yet begun. */
export async function methodRun(
  folder: string,
  variant: Variant,
  backend: BackendName,
): Promise<PreparedRun> {
  const file = join(folder, `${backend}.distill.json`);
  await writeFile(
    file,
    JSON.stringify(
      experimentOf(variant, sideFor(variant), {
        training: { epochs: 2, epochSteps: 3, batchSize: 12, seed: 3, validation: 24 },
        logging: { every: 1, samples: 0 },
        checkpoints: { every: EVERY, keepLast: 2 },
        backend,
      }),
    ),
  );
  const prepared = await prepareRun(
    folder,
    { experiment: { path: file }, overrides: [], status: 'preparing' },
    unseenData,
  );
  if (prepared.kind === 'invalid') throw new Error(JSON.stringify(prepared.findings, null, 2));
  return prepared;
}

/** Trains a prepared run, or what is left of it, to its end. */
export async function trainToEnd({ runDir }: PreparedRun): Promise<Effective> {
  const { code, stderr } = await startNode([trainer, runDir]).finished;
  expect(code, stderr).toBe(0);
  return effectiveRun(runDir);
}

/** Trains a prepared run to its end, killed once inside every stage. */
export async function trainKilled(run: PreparedRun): Promise<Effective> {
  // Of a single step there is no inside.
  for (const { from, steps } of run.record.stages.filter((stage) => stage.steps > EVERY)) {
    // The first checkpoint inside the stage: neither its beginning nor its end.
    const step = Math.ceil((from + 1) / EVERY) * EVERY;
    expect(step).toBeLessThan(from + steps);
    await killAt(run.runDir, step);
  }
  return trainToEnd(run);
}

/** Kills the trainer as soon as the run has a checkpoint of that step. */
async function killAt(runDir: string, step: number): Promise<void> {
  const { child, finished } = startNode([trainer, runDir]);
  // A trainer that ends by itself is told by its exit code, later.
  while (!existsSync(join(runDir, checkpointName(step))) && child.exitCode === null) await pause(3);
  child.kill('SIGKILL');
  await finished;
}
