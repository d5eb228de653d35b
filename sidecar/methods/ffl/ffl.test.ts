import type * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { use } from '../../backends/ops/testing.ts';
import type { LossTerm } from '../../losses/terms.ts';
import { parameterCount, traceNetwork } from '../../models/shapes.spec.ts';
import {
  batchOf,
  classes,
  close,
  clockOf,
  expectSlope,
  fixture,
  gradientsOf,
  images,
  networkOf,
  number,
  rows,
  slopes,
  stageOf,
  Steps,
  termOf,
  totalOf,
  trained,
  unreached,
  untouched,
} from '../parts/testing.ts';
import { fusionSpec } from './fusion.spec.ts';
import { fflTerms } from './losses.ts';

const { inputs, ffl } = fixture('baselines') as {
  readonly inputs: {
    readonly labels: number[];
    readonly logits: number[][][];
    readonly extra_logits: number[][];
  };
  readonly ffl: { readonly kd: number[]; readonly ce_sum: number; readonly total_omega1: number };
};
type Three = readonly [tf.Tensor2D, tf.Tensor2D, tf.Tensor2D];
const given = (): Three => [
  rows(inputs.logits[0] ?? []),
  rows(inputs.logits[1] ?? []),
  rows(inputs.extra_logits),
];
const termsOf = ([z1, z2, zf]: Three, omega = 1): LossTerm[] =>
  fflTerms([z1, z2], zf, classes(inputs.labels), 3, omega);

describe.each(['cpu', 'wasm'] as const)('FFL on %s', (backend) => {
  beforeAll(() => use(backend));

  it('FFL: terms and total equal the fixture', () => {
    const terms = termsOf(given());
    close(
      [termOf(terms, 'peer1', 'fused'), termOf(terms, 'peer2', 'fused'), termOf(terms, 'fused', 'ensemble')],
      ffl.kd,
    );
    close(totalOf(terms.filter(({ name }) => name === 'crossEntropy')), ffl.ce_sum);
    close(totalOf(terms), ffl.total_omega1);
    close(totalOf(termsOf(given(), 0)), ffl.ce_sum);
  });

  it('FFL: all KD is 0 where all three say the same', () => {
    const [z] = given();
    for (const { name, value } of termsOf([z, z, z]))
      if (name !== 'crossEntropy') expect(Math.abs(number(value))).toBeLessThan(1e-6);
  });

  it('FFL: targets are constants, and gradients are what differences see', () => {
    const [z1, z2, zf] = given();
    const of = (role: string): number[][] =>
      slopes((all) => termsOf(all as unknown as Three).filter((term) => term.role === role), [z1, z2, zf]);
    const zero = new Array(12).fill(0);
    close(of('peer1').slice(1), [zero, zero], 0);
    close(of('fused').slice(0, 2), [zero, zero], 0);
    const [gradient = []] = of('peer1');
    const only = (z: tf.Tensor2D): number => totalOf(termsOf([z, z2, zf]), 'peer1');
    expectSlope(only, z1, gradient);
    expectSlope((z) => totalOf(termsOf([z1, z2, z]), 'fused'), zf, of('fused')[2] ?? []);
  });
});

describe('FFL at work', () => {
  beforeAll(() => use('wasm'));
  const batch = batchOf('one', { views: 1 });
  const late = clockOf('training', 0, 299);

  it.each([true, false])(
    'FFL: the fusion module learns from its own terms alone, a shared trunk: %s',
    (sharedTrunk) => {
      const training = trained(
        { name: 'ffl', sharedTrunk },
        { models: sharedTrunk ? {} : { peer2: images(10) } },
      );
      const [phase] = stageOf(training, 'training').phases;
      const of = (name: string, role: (role: string) => boolean) =>
        gradientsOf(phase, batch, networkOf(training, name).parameters(), (term) => role(term.role), late);
      expect(untouched(of('fusion', (role) => role !== 'fused'))).toBe(true);
      expect(unreached(of('fusion', (role) => role === 'fused'))).toEqual([]);
      for (const name of sharedTrunk ? ['student'] : ['peer1', 'peer2'])
        expect(unreached(of(name, () => true))).toEqual([]);
    },
  );

  it('FFL: the fusion module has as many parameters as the specification counts', () => {
    const count = (f: number, c: number): number =>
      parameterCount(traceNetwork(fusionSpec([8, 8, 2 * f], f, c)));
    for (const [f, c] of [
      [64, 100],
      [64, 10],
      [16, 7],
    ] as const)
      expect(count(f, c)).toBe(9 * 2 * f + 2 * 2 * f + 2 * f * f + 2 * f + f * c + c);
    expect(count(64, 100)).toBe(16_228);
    expect(fusionSpec([8, 8, 128], 64, 100).trunk[0]?.layers.map(({ kind }) => kind)).toEqual([
      'depthwise',
      'batchNorm',
      'relu',
      'conv',
      'batchNorm',
      'relu',
    ]);
  });

  it('FFL: the fusion module has a weight decay of its own', async () => {
    const training = trained({ name: 'ffl' });
    const stage = stageOf(training, 'training');
    const base = { name: 'sgd', learningRate: 0.1, momentum: 0, nesterov: false, weightDecay: 1e-4 } as const;
    expect(stage.optimizers?.['fusion']?.(base)).toEqual({ ...base, weightDecay: 1e-5 });
    // Decay that is large enough to be seen, and a fusion that is not to decay.
    const still = trained({ name: 'ffl', fusionWeightDecay: 0 });
    const same = trained({ name: 'ffl', fusionWeightDecay: 0 });
    await new Steps(stageOf(still, 'training'), { ...base, weightDecay: 0 }).take(batch);
    await new Steps(stageOf(same, 'training'), { ...base, weightDecay: 0.5 }).take(batch);
    const of = (which: typeof still, name: string): number[] =>
      networkOf(which, name)
        .parameters()
        .flatMap(({ variable }) => [...variable.dataSync()]);
    expect(of(same, 'fusion')).toEqual(of(still, 'fusion'));
    expect(of(same, 'student')).not.toEqual(of(still, 'student'));
  });
});
