import { readFileSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { emaStep } from '../../backends/ops/index.ts';
import { prepareBackend } from '../../backends/prepare.ts';
import { clippedSurrogate, standardised, valueLoss } from './clipped.ts';
import { targetValues } from './ddpg.ts';
import { ouStep } from './noise.ts';
import { advantages } from './returns.ts';

const { gae, ddpg, ppo_clip } = JSON.parse(readFileSync('test/fixtures/methods/dpd.json', 'utf8')) as {
  gae: {
    gamma: number;
    lambda: number;
    rewards: number[];
    values: number[];
    last_value: number;
    adv_no_done: number[];
    returns_no_done: number[];
    adv_done_after_step1: number[];
    returns_done_after_step1: number[];
    normalised_adv_no_done: number[];
  };
  ddpg: {
    td_target: { r: number[]; done: number[]; gamma: number; Q_target_next: number[]; y: number[] };
    soft_update: { tau: number; target: number[]; online: number[]; result: number[] };
    ou_step: { x_prev: number; theta: number; sigma: number; dt: number; normal: number; x_next: number };
  };
  ppo_clip: { clip: number; ratio: number[]; adv: number[]; per_sample_loss: number[]; loss: number };
};

const close = (found: ArrayLike<number>, expected: readonly number[], tolerance = 2e-6): void => {
  expect(found).toHaveLength(expected.length);
  expected.forEach((value, index) => {
    expect(Math.abs((found[index] ?? NaN) - value)).toBeLessThan(tolerance);
  });
};

beforeAll(async () => {
  await prepareBackend('cpu', { env: {} });
});

describe('invariant 11 of dpd.md §8', () => {
  const stretch = { rewards: gae.rewards, values: gae.values, lastValue: gae.last_value };
  it('advantages and returns, also over the end of an episode', () => {
    const through = advantages({ ...stretch, ended: [0, 0, 0, 0] }, gae);
    close(through.advantages, gae.adv_no_done);
    close(through.returns, gae.returns_no_done);
    const cut = advantages({ ...stretch, ended: [0, 1, 0, 0] }, gae);
    close(cut.advantages, gae.adv_done_after_step1);
    close(cut.returns, gae.returns_done_after_step1);
  });

  it('advantages with λ = 1 are discounted returns less values, with λ = 0 one-step surprises', () => {
    const [full, short] = [1, 0].map((lambda) =>
      advantages({ ...stretch, ended: [0, 0, 0, 0] }, { gamma: 0.9, lambda }),
    );
    let ahead = gae.last_value;
    const returns = gae.rewards.toReversed().map((reward) => (ahead = reward + 0.9 * ahead));
    close(full?.returns ?? [], returns.toReversed(), 1e-12);
    const next = [...gae.values.slice(1), gae.last_value];
    const surprises = gae.rewards.map(
      (reward, step) => reward + 0.9 * (next[step] ?? 0) - (gae.values[step] ?? 0),
    );
    close(short?.advantages ?? [], surprises, 1e-12);
  });

  it('standardised advantages', () => {
    const found = standardised(tf.tensor1d(gae.adv_no_done));
    // The fixture divides by the population’s deviation.
    close(found.dataSync(), gae.normalised_adv_no_done, 1e-5);
  });

  it('the clipped surrogate', () => {
    const found = clippedSurrogate(tf.tensor1d(ppo_clip.ratio), tf.tensor1d(ppo_clip.adv), ppo_clip.clip);
    close(found.dataSync(), ppo_clip.per_sample_loss);
    close(tf.mean(found).dataSync(), [ppo_clip.loss]);
  });

  it('clipped values: the worse of both, and no clip where none is given', () => {
    const [values, before, returns] = [
      [2, 0.1],
      [0, 0],
      [2, 1],
    ].map((each) => tf.tensor1d(each));
    if (!values || !before || !returns) throw new Error('no tensors');
    close(valueLoss(values, before, returns, 0.2).dataSync(), [(1.8 ** 2 + 0.9 ** 2) / 4], 1e-6);
    close(valueLoss(values, before, returns, null).dataSync(), [0.9 ** 2 / 4], 1e-6);
  });

  it('the targets of temporal differences', () => {
    const { r, done, gamma, Q_target_next: next, y } = ddpg.td_target;
    const column = (values: number[]) => tf.tensor2d(values, [values.length, 1]);
    const goesOn = done.map((over) => 1 - over);
    close(targetValues(column(r), column(goesOn), column(next), gamma).dataSync(), y);
  });

  it('the soft update of target networks', () => {
    const { tau, target, online, result } = ddpg.soft_update;
    const variable = tf.variable(tf.tensor1d(target));
    emaStep([variable], [tf.tensor1d(online)], 1 - tau);
    close(variable.dataSync(), result);
  });

  it('a step of the Ornstein–Uhlenbeck process', () => {
    const { x_prev: before, normal, theta, sigma, dt, x_next: next } = ddpg.ou_step;
    expect(ouStep(before, normal, { theta, deviation: sigma, interval: dt })).toBeCloseTo(next, 9);
  });
});
