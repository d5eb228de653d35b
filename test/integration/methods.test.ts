import { describe, expect, it } from 'vitest';
import { readRun } from '../../sidecar/store/runs.ts';
import { methodRun, trainKilled, trainToEnd } from '../support/methodRun.ts';
import { classifying } from '../support/methodVariants.ts';
import { temporaryFolder } from '../support/processes.ts';

describe('every method, killed in every stage and resumed, equals an uninterrupted run', () => {
  it.each(classifying.map((variant) => [variant.title, variant] as const))('%s', async (_title, variant) => {
    const folder = await temporaryFolder('method');
    const [whole, killed] = [
      await methodRun(folder, variant, 'wasm'),
      await methodRun(folder, variant, 'wasm'),
    ];
    const expected = await trainToEnd(whole);
    const notFinite = Object.entries(expected.series).filter(([, points]) =>
      points.some(([, value]) => !Number.isFinite(value)),
    );
    expect(notFinite).toEqual([]);
    expect(await trainKilled(killed)).toEqual(expected);
    const [a, b] = [await readRun(whole.runDir), await readRun(killed.runDir)];
    expect(b).toMatchObject({ status: 'completed', best: a.best, test: a.test, step: a.step });
  });
});
