import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { prepareRun } from '../../sidecar/launchers/prepareRun.ts';
import type { RunRecord } from '../../sidecar/protocol/runRecord.ts';
import { checkpointName } from '../../sidecar/store/checkpoints.ts';
import { readRun } from '../../sidecar/store/runs.ts';
import { effectiveRun } from '../support/effective.ts';
import { classifying, experimentOf, sideFor, type Variant } from '../support/methodVariants.ts';
import { startNode, temporaryFolder } from '../support/processes.ts';
import { unseenData } from '../support/unseenData.ts';

const trainer = resolve('dist/sidecar/trainer.js');
const EVERY = 2;

async function newRun(folder: string, variant: Variant): Promise<{ runDir: string; record: RunRecord }> {
  const side = sideFor(variant);
  const file = join(folder, 'method.distill.json');
  await writeFile(
    file,
    JSON.stringify(
      experimentOf(variant, side, {
        training: { epochs: 2, epochSteps: 3, batchSize: 12, seed: 3, validation: 24 },
        logging: { every: 1, samples: 0 },
        checkpoints: { every: EVERY, keepLast: 2 },
        backend: 'wasm',
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

/** Kills the trainer as soon as the run has a checkpoint of that step. */
async function killAt(runDir: string, step: number): Promise<void> {
  const { child, finished } = startNode([trainer, runDir]);
  // A trainer that ends by itself is told by its exit code, below.
  while (!existsSync(join(runDir, checkpointName(step))) && child.exitCode === null) await pause(3);
  child.kill('SIGKILL');
  await finished;
}

describe('every method, killed in every stage and resumed, equals an uninterrupted run', () => {
  it.each(classifying.map((variant) => [variant.title, variant] as const))('%s', async (_title, variant) => {
    const folder = await temporaryFolder('method');
    const [whole, killed] = [await newRun(folder, variant), await newRun(folder, variant)];
    const { code, stderr } = await startNode([trainer, whole.runDir]).finished;
    expect(code, stderr).toBe(0);
    const expected = await effectiveRun(whole.runDir);
    const notFinite = Object.entries(expected.series).filter(([, points]) =>
      points.some(([, value]) => !Number.isFinite(value)),
    );
    expect(notFinite).toEqual([]);
    // Of a single step there is no inside.
    for (const { from, steps } of killed.record.stages.filter((stage) => stage.steps > EVERY)) {
      // The first checkpoint inside the stage: neither its beginning nor its end.
      const step = Math.ceil((from + 1) / EVERY) * EVERY;
      expect(step).toBeLessThan(from + steps);
      await killAt(killed.runDir, step);
    }
    const last = await startNode([trainer, killed.runDir]).finished;
    expect(last.code, last.stderr).toBe(0);
    expect(await effectiveRun(killed.runDir)).toEqual(expected);
    const [a, b] = [await readRun(whole.runDir), await readRun(killed.runDir)];
    expect(b).toMatchObject({ status: 'completed', best: a.best, test: a.test, step: a.step });
  });
});
