/**
 * Every method on another backend: its first losses are those on WASM, and a run that is killed in every stage and resumed ends as one
 * that was not.
 *
 * DISTILLERY_PROOF_BACKEND=webgpu npm run proof:backends                 all; some minutes on a GPU
 * DISTILLERY_PROOF_BACKEND=webgpu npm run proof:backends -- -t "dkel"    one
 */
import { describe, expect, it } from 'vitest';
import type { EffectiveSeries } from '../support/effective.ts';
import { methodRun, trainKilled, trainToEnd } from '../support/methodRun.ts';
import { classifying } from '../support/methodVariants.ts';
import { temporaryFolder } from '../support/processes.ts';
import { provenBackend, requiredBackend } from '../support/provenBackend.ts';

/** Largest relative difference of any loss at the first step, and the loss. */
function apart(series: EffectiveSeries, reference: EffectiveSeries): { loss: string; difference: number } {
  const losses = Object.entries(reference).filter(([tag]) => /^train\/.*\/loss\//u.test(tag));
  expect(losses.length).toBeGreaterThan(0);
  return losses
    .filter(([, points]) => points[0]?.[0] === reference['train/run/loss/total']?.[0]?.[0])
    .map(([loss, [first]]) => {
      const [expected, actual] = [first?.[1] ?? NaN, series[loss]?.[0]?.[1] ?? NaN];
      return { loss, difference: Math.abs(actual - expected) / Math.max(1e-2, Math.abs(expected)) };
    })
    .reduce((worst, each) => (each.difference <= worst.difference ? worst : each));
}

describe.skipIf(provenBackend === undefined)(`on ${provenBackend ?? 'no backend'}`, () => {
  it.each(classifying.map((variant) => [variant.title, variant] as const))('%s', async (title, variant) => {
    const backend = requiredBackend();
    const folder = await temporaryFolder('backend');
    const expected = await trainToEnd(await methodRun(folder, variant, 'wasm'));
    const began = performance.now();
    const whole = await trainToEnd(await methodRun(folder, variant, backend));
    const seconds = (performance.now() - began) / 1000;
    const { loss, difference } = apart(whole.series, expected.series);
    console.log(`${title}: ${loss} ${difference.toExponential(1)} from WASM; ${seconds.toFixed(1)} s`);
    expect(difference).toBeLessThan(1e-3);
    expect(Object.keys(whole.series)).toEqual(Object.keys(expected.series));
    expect(await trainKilled(await methodRun(folder, variant, backend))).toEqual(whole);
  });
});
