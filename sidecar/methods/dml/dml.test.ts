import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { use } from '../../backends/ops/testing.ts';
import {
  batchOf,
  classes,
  close,
  expectSlope,
  farthest,
  fixture,
  gradientsOf,
  indicators,
  networkOf,
  rows,
  say,
  slopes,
  stageOf,
  Steps,
  table,
  termOf,
  termsAt,
  totalOf,
  trained,
  unreached,
  untouched,
  weightsOf,
} from '../parts/testing.ts';
import { dmlTerms } from './losses.ts';
import { dml as declaration, dmlOptions } from './options.ts';

const { inputs, dml } = fixture('baselines') as {
  readonly inputs: { readonly labels: number[]; readonly logits: number[][][] };
  readonly dml: Readonly<Record<string, number[]>> & { readonly grad_z0_pairwise_mean_T1: number[][] };
};
const y = (): tf.Tensor1D => classes(inputs.labels);
const all = (): tf.Tensor2D[] => inputs.logits.map(rows);
const termsOf = (k: number, logits: readonly tf.Tensor2D[], settings: object = {}) =>
  dmlTerms(k, logits, y(), dmlOptions.parse({ name: 'dml', ...settings }));

describe.each(['cpu', 'wasm'] as const)('DML on %s', (backend) => {
  beforeAll(() => use(backend));

  it.each([
    ['pairwise_mean_T1', {}],
    ['pairwise_sum_T1', { target: 'pairwiseSum' }],
    ['logit_mean_T3', { target: 'logitMean', temperature: 3 }],
    ['logit_mean_T3', declaration.presets['comparison'] ?? {}],
    ['pairwise_mean_T3', { temperature: 3 }],
  ] as const)('DML: equals the fixture %s, %j', (key, settings) => {
    const found = all().map((_, k) => totalOf(termsOf(k, all(), settings)));
    close(found, dml[key]);
    // The whole algorithm with networks that say so.
    const training = trained(
      { name: 'dml', peers: 3, ...settings },
      { input: [3], classes: 4, models: { peer1: table, peer2: table, peer3: table } },
    );
    inputs.logits.forEach((logits, k) => {
      say(networkOf(training, `peer${k + 1}`), logits);
    });
    const terms = termsAt(stageOf(training, 'mutual').phases[0], indicators(inputs.labels));
    close(
      [1, 2, 3].map((k) => totalOf(terms, `peer${k}`)),
      dml[key],
    );
  });

  it('DML: equals the fixture two_nets_T1', () => {
    const two = all().slice(0, 2);
    close(
      two.map((_, k) => totalOf(termsOf(k, two))),
      dml['two_nets_T1'],
    );
  });

  it('DML: the gradient is the fixture’s, the closed form, and what differences see', () => {
    const [z0, ...others] = all() as [tf.Tensor2D, ...tf.Tensor2D[]];
    const [gradient = []] = slopes(([z]) => termsOf(0, [z as tf.Tensor2D, ...others]), [z0]);
    close(gradient, dml.grad_z0_pairwise_mean_T1);
    const p = tf.softmax(z0);
    const toward = tf.sub(p, tf.div(tf.addN(others.map((z) => tf.softmax(z))), others.length));
    close(gradient, tf.div(tf.add(tf.sub(p, tf.oneHot(y(), 4)), toward), 3), 1e-6);
    expectSlope((z) => totalOf(termsOf(0, [z, ...others])), z0, gradient);
  });

  it('DML: of two networks all targets are the same', () => {
    const two = all().slice(0, 2);
    const of = (target: string): number[] =>
      two.map((_, k) => totalOf(termsOf(k, two, { target, temperature: 3 })));
    close(of('pairwiseSum'), of('pairwiseMean'), 1e-6);
    close(of('logitMean'), of('pairwiseMean'), 1e-6);
  });

  it.each(['pairwiseMean', 'pairwiseSum', 'logitMean'] as const)(
    'DML: a constant target sends no gradient to the others, %s',
    (target) => {
      const [z0, ...others] = all() as [tf.Tensor2D, ...tf.Tensor2D[]];
      const toOthers = (detachTarget: boolean): number[] =>
        slopes((zs) => termsOf(0, [z0, ...zs], { target, detachTarget }), others).flat();
      expect(toOthers(true).every((value) => value === 0)).toBe(true);
      expect(toOthers(false).some((value) => Math.abs(value) > 1e-3)).toBe(true);
    },
  );

  it('DML: equal networks have no mutual term and equal gradients', () => {
    const [z] = all() as [tf.Tensor2D];
    const three = [z, z, z];
    expect(Math.abs(termOf(termsOf(0, three), 'peer1', 'mutual'))).toBeLessThan(1e-6);
    const gradients = [0, 1, 2].map((k) =>
      slopes(
        ([own]) =>
          termsOf(
            k,
            three.map((each, j) => (j === k ? (own as tf.Tensor2D) : each)),
          ),
        [z],
      ),
    );
    expect(gradients[1]).toEqual(gradients[0]);
    expect(gradients[2]).toEqual(gradients[0]);
  });
});

describe('DML at work', () => {
  beforeAll(() => use('wasm'));
  const one = batchOf('one', { views: 1 });

  it('DML: networks start from draws of their own, and equal ones would stay equal', async () => {
    const training = trained({ name: 'dml' });
    const [a, b] = [networkOf(training, 'peer1'), networkOf(training, 'peer2')];
    expect(farthest(weightsOf(a), weightsOf(b))).toBeGreaterThan(0.1);
    b.copyFrom(a);
    const steps = new Steps(stageOf(training, 'mutual'));
    for (const name of ['one', 'two', 'three']) await steps.take(batchOf(name, { views: 1 }));
    close(weightsOf(a), weightsOf(b), 1e-6);
  });

  it.each(['simultaneous', 'sequential'] as const)(
    'DML: a loss moves its own network alone, %s',
    (update) => {
      const training = trained({ name: 'dml', peers: 3, update });
      const { phases } = stageOf(training, 'mutual');
      const phase = phases.find(({ name }) => name === 'mutual' || name === 'peer2');
      const of = (name: string) =>
        gradientsOf(phase, one, networkOf(training, name).parameters(), ({ role }) => role === 'peer2');
      for (const other of ['peer1', 'peer3']) expect(untouched(of(other))).toBe(true);
      expect(unreached(of('peer2'))).toEqual([]);
    },
  );

  it('DML: one after the other, the second learns from what the first has become', async () => {
    const settings = { name: 'dml', update: 'sequential' };
    const training = trained(settings);
    const [first, second] = stageOf(training, 'mutual').phases;
    if (!first || !second) throw new Error('There are two phases.');
    const before = termsAt(second, one);
    const fresh = trained(settings);
    const taken = await new Steps(stageOf(fresh, 'mutual')).take(one);
    expect(
      Math.abs((taken.terms['peer2/mutual'] ?? NaN) - termOf(before, 'peer2', 'mutual')),
    ).toBeGreaterThan(1e-4);
    close(taken.terms['peer2/crossEntropy'], termOf(before, 'peer2', 'crossEntropy'), 1e-6);
    // What it learns from is what the updated first network says of the batch.
    const stage = stageOf(training, 'mutual');
    await new Steps({ ...stage, phases: [first] }).take(one);
    close(taken.terms['peer2/mutual'], termOf(termsAt(second, one), 'peer2', 'mutual'), 1e-6);
  });
});
