import { readFileSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
// Brings the gradients of stock operations.
import '../../backends/ops/index.ts';
import { prepareBackend } from '../../backends/prepare.ts';
import {
  distances,
  effectiveStates,
  normalised,
  rawWeights,
  scaled,
  weightedDistance,
  weightEntropy,
  type Distance,
  type WeightMode,
} from './distil.ts';
import { weightsOf } from './distillation.ts';
import { dpdOptions } from './schema.options.ts';

type Rows = number[][];
interface Stated {
  readonly loss: number;
  readonly grad_wrt_own_actions: Rows;
}
const fixture = JSON.parse(readFileSync('test/fixtures/methods/dpd.json', 'utf8')) as {
  distillation: {
    alpha: number;
    own_actions: Rows;
    peer_actions: Rows;
    xi_peer_minus_own: number[];
    indicator: number[];
    sq_distance_mean_over_action_dims: number[];
    raw_weights_exp: number[];
    normalised_weights: number[];
    reversed_normalised_weights: number[];
    losses: Record<
      | 'eq9_indicator_mean'
      | 'eq11_soft_mean'
      | 'recommended_normalised_sum'
      | 'code_ddpg_effective'
      | 'code_ppo_effective',
      Stated
    >;
    outer_product_broadcast_value: number;
    sum_of_distances: number;
  };
  discrete_distillation: {
    alpha: number;
    own_logits: Rows;
    peer_logits: Rows;
    xi: number[];
    kl_peer_own: number[];
    prob_mse: number[];
    normalised_weights: number[];
    loss: number;
    grad_wrt_own_logits: Rows;
  };
};

const close = (found: tf.Tensor, expected: readonly number[], tolerance = 2e-6): void => {
  const values = [...found.dataSync()];
  expect(values).toHaveLength(expected.length);
  values.forEach((value, index) => {
    expect(Math.abs(value - (expected[index] ?? NaN))).toBeLessThan(tolerance);
  });
};
const given = fixture.distillation;
const LIMIT = { weightLimit: 100 };
const raw = (xi: readonly number[], mode: WeightMode, alpha = given.alpha) =>
  rawWeights(tf.tensor1d([...xi]), { mode, alpha, ...LIMIT });
/** Weights as the options of a run make them. */
const weights = (xi: readonly number[], settings: Record<string, unknown>) =>
  weightsOf(tf.tensor2d([...xi], [xi.length, 1]), dpdOptions.parse({ name: 'dpd', ...settings }));
const gradientOf = (weight: tf.Tensor1D, own: Rows, peer: Rows, distance: Distance): tf.Tensor2D => {
  const loss = (x: tf.Tensor) =>
    weightedDistance(weight, distances(x as tf.Tensor2D, tf.tensor2d(peer), distance));
  return tf.grad(loss)(tf.tensor2d(own)) as tf.Tensor2D;
};
const lossOf = (weight: tf.Tensor1D, own: Rows, peer: Rows, distance: Distance) =>
  weightedDistance(weight, distances(tf.tensor2d(own), tf.tensor2d(peer), distance));
const xis = fc.array(fc.double({ min: -20, max: 20, noNaN: true }), { minLength: 2, maxLength: 16 });

beforeAll(async () => {
  await prepareBackend('cpu', { env: {} });
});

describe('distillation, as the fixture has it', () => {
  it('weighs states: soft, hard, normalised, reversed', () => {
    close(raw(given.xi_peer_minus_own, 'soft'), given.raw_weights_exp);
    close(raw(given.xi_peer_minus_own, 'hard'), given.indicator);
    close(weights(given.xi_peer_minus_own, { alpha: given.alpha }), given.normalised_weights);
    const reversed = given.xi_peer_minus_own.map((value) => -value);
    close(weights(reversed, { alpha: given.alpha }), given.reversed_normalised_weights);
  });

  it('measures the distance of actions, by state', () => {
    const apart = distances(tf.tensor2d(given.own_actions), tf.tensor2d(given.peer_actions), 'squared');
    close(apart, given.sq_distance_mean_over_action_dims);
  });

  const xi = given.xi_peer_minus_own;
  const mean = (weight: tf.Tensor1D) => tf.div<tf.Tensor1D>(weight, xi.length);
  it.each([
    ['eq9_indicator_mean', () => mean(raw(xi, 'hard'))],
    ['eq11_soft_mean', () => mean(raw(xi, 'soft'))],
    ['recommended_normalised_sum', () => weights(xi, { alpha: given.alpha })],
    ['code_ddpg_effective', () => weights(xi, { alpha: given.alpha, codeCompat: true })],
    [
      'code_ppo_effective',
      () => weights(xi, { alpha: given.alpha, codeCompat: true, algorithm: { name: 'ppo' } }),
    ],
  ] as const)('gives loss and gradient: %s', (name, weight) => {
    const stated = given.losses[name];
    const { own_actions: own, peer_actions: peer } = given;
    close(lossOf(weight(), own, peer, 'squared'), [stated.loss]);
    close(gradientOf(weight(), own, peer, 'squared'), stated.grad_wrt_own_actions.flat());
  });

  it('compares policies that choose: KL and squared probabilities, loss and gradient', () => {
    const { own_logits: own, peer_logits: peer, ...stated } = fixture.discrete_distillation;
    close(distances(tf.tensor2d(own), tf.tensor2d(peer), 'kl'), stated.kl_peer_own);
    close(distances(tf.tensor2d(own), tf.tensor2d(peer), 'squaredProbabilities'), stated.prob_mse);
    const weight = () => weights(stated.xi, { alpha: stated.alpha, algorithm: { name: 'ppo' } });
    close(weight(), stated.normalised_weights);
    close(lossOf(weight(), own, peer, 'kl'), [stated.loss]);
    close(gradientOf(weight(), own, peer, 'kl'), stated.grad_wrt_own_logits.flat());
  });
});

describe('the invariants of dpd.md §8', () => {
  it('1: without confidence, or where ξ is the same everywhere, soft is uniform', () => {
    fc.assert(
      fc.property(xis, fc.double({ min: 0, max: 10, noNaN: true }), (xi, alpha) => {
        const uniform = [...weights(xi, { mode: 'uniform' }).dataSync()];
        close(weights(xi, { alpha: 0 }), uniform);
        close(
          weights(
            xi.map(() => xi[0] ?? 0),
            { alpha },
          ),
          uniform,
        );
      }),
    );
  });

  it('2: the other direction negates ξ: the product of raw weights is 1 inside the limits', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: -4, max: 4, noNaN: true }), { minLength: 1 }), (xi) => {
        const there = raw(xi, 'soft');
        const back = raw(
          xi.map((value) => -value),
          'soft',
        );
        close(
          tf.mul(there, back),
          xi.map(() => 1),
          1e-5,
        );
      }),
    );
  });

  it('3: weights sum to 1, never fall where ξ rises, and lie within their limits', () => {
    fc.assert(
      fc.property(xis, (unsorted) => {
        const xi = unsorted.toSorted((a, b) => a - b);
        const values = [...raw(xi, 'soft').dataSync()];
        expect(values).toEqual(values.toSorted((a, b) => a - b));
        expect(values.every((value) => value >= Math.fround(0.01) && value <= 100)).toBe(true);
        close(tf.sum(weights(xi, {})), [1], 1e-5);
        close(tf.sum(weights(xi, { xiScaling: 'deviation' })), [1], 1e-5);
      }),
    );
  });

  it('4: equal policies are at distance 0, without a gradient, whatever α', () => {
    const { own_actions: own, xi_peer_minus_own: xi } = given;
    for (const alpha of [0, 1, 10])
      for (const distance of ['squared', 'kl', 'squaredProbabilities'] as const) {
        close(lossOf(weights(xi, { alpha }), own, own, distance), [0]);
        close(gradientOf(weights(xi, { alpha }), own, own, distance), Array<number>(8).fill(0));
      }
  });

  it('7: hard: where ξ ≤ 0 there is no gradient at all', () => {
    const { own_actions: own, peer_actions: peer } = given;
    const gradient = gradientOf(weights([0.8, -0.6, 0, 3], { mode: 'hard' }), own, peer, 'squared');
    const rows = gradient.arraySync();
    expect(rows[1]).toEqual([0, 0].map((zero) => expect.closeTo(zero, 12) as number));
    expect(rows[2]?.every((value) => value === 0)).toBe(true);
    expect(rows[0]?.every((value) => value !== 0)).toBe(true);
    // Nobody has anything to teach.
    close(weights([-1, 0, -2], { mode: 'hard' }), [0, 0, 0]);
  });

  it('8: weights and distances are one number a state; exchanged weights are another loss', () => {
    const { own_actions: own, peer_actions: peer, xi_peer_minus_own: xi } = given;
    const apart = distances(tf.tensor2d(own), tf.tensor2d(peer), 'squared');
    const weight = weights(xi, {});
    expect([weight.shape, apart.shape]).toEqual([[4], [4]]);
    expect(() => weightedDistance(tf.reshape(weight, [4, 1]), apart)).toThrow('must both be [states]');
    expect(() => weightedDistance(tf.tensor1d([1]), apart)).toThrow('must both be [states]');
    const [now] = weightedDistance(weight, apart).dataSync();
    const [exchanged] = weightedDistance(tf.reverse(weight), apart).dataSync();
    expect(Math.abs((now ?? NaN) - (exchanged ?? NaN))).toBeGreaterThan(0.01);
    // What the released code computes is blind to them.
    expect(given.outer_product_broadcast_value).toBe(given.sum_of_distances);
  });

  it('tells how many states decide, and how evenly', () => {
    close(effectiveStates(normalised(tf.ones([8]))), [8], 1e-5);
    close(effectiveStates(tf.tensor1d([1, 0, 0])), [1]);
    close(effectiveStates(tf.tensor1d([0, 0, 0])), [0]);
    close(weightEntropy(normalised(tf.ones([8]))), [Math.log(8)], 1e-5);
    close(weightEntropy(tf.tensor1d([1, 0, 0])), [0]);
    close(scaled(tf.tensor1d([-300, 300]), 'deviation'), [-1, 1], 1e-5);
  });
});
