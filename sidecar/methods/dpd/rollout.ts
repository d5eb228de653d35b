import * as tf from '@tensorflow/tfjs-core';
import type { Stream } from '../../random/stream.ts';
import type { SavedSlot, Slot } from '../training.ts';
import type { Head } from './heads.ts';
import type { Setting } from './learner.ts';
import { advantages } from './returns.ts';
import type { World } from './world.ts';

/** What a policy and its values say of some states. */
export type Judge = (x: tf.Tensor2D) => { readonly outputs: tf.Tensor2D; readonly values: tf.Tensor2D };

/** Numbers beside observation and action of a sample: log-probability, advantage, return, value. */
export const FIGURES = 4;

/** What was experienced since the last update, sample by sample: from which several passes learn. */
export class Rollout implements Slot {
  observations: Float32Array;
  actions: Float32Array;
  figures: Float32Array;

  constructor(
    readonly count: number,
    readonly observation: number,
    readonly width: number,
  ) {
    this.observations = new Float32Array(count * observation);
    this.actions = new Float32Array(count * width);
    this.figures = new Float32Array(count * FIGURES);
  }

  /** Some samples as tensors: observations, actions, figures. */
  batch(samples: Uint32Array): readonly [tf.Tensor2D, tf.Tensor2D, tf.Tensor2D] {
    const gathered = (rows: Float32Array, width: number): tf.Tensor2D => {
      const found = new Float32Array(samples.length * width);
      samples.forEach((sample, index) => {
        found.set(rows.subarray(sample * width, (sample + 1) * width), index * width);
      });
      return tf.tensor2d(found, [samples.length, width]);
    };
    return [
      gathered(this.observations, this.observation),
      gathered(this.actions, this.width),
      gathered(this.figures, FIGURES),
    ];
  }

  save(): SavedSlot {
    const { observations, actions, figures } = this;
    return { observations: observations.slice(), actions: actions.slice(), figures: figures.slice() };
  }

  restore({ observations, actions, figures }: SavedSlot): void {
    this.observations = observations as Float32Array;
    this.actions = actions as Float32Array;
    this.figures = figures as Float32Array;
  }
}

async function judged(judge: Judge, rows: readonly (readonly number[])[]) {
  const { outputs, values } = tf.tidy(() => judge(tf.tensor2d(rows.map((row) => [...row]))));
  const found = {
    outputs: await outputs.data<'float32'>(),
    values: await values.data<'float32'>(),
    size: outputs.shape[1],
  };
  tf.dispose([outputs, values]);
  return found;
}

/** Acts for a while in all copies of the world, and works out what it was worth. @param random of this rollout alone */
export async function experience(
  rollout: Rollout,
  world: World,
  { head, judge, random }: { readonly head: Head; readonly judge: Judge; readonly random: Stream },
  { horizon, environments, lambda }: { horizon: number; environments: number; lambda: number },
  { gamma, rewardScale, bootstrapAtLimit }: Setting['options'],
): Promise<void> {
  await head.prepare();
  const samples = horizon * environments;
  const rewards = new Float64Array(samples);
  const values = new Float64Array(samples);
  const ended = new Uint8Array(samples);
  const logProbabilities = new Float64Array(samples);
  const cut: { sample: number; seen: readonly number[] }[] = [];
  for (let step = 0; step < horizon; step++) {
    const seen = world.observations();
    const said = await judged(judge, seen);
    seen.forEach((row, copy) => {
      const sample = step * environments + copy;
      const output = said.outputs.subarray(copy * said.size, (copy + 1) * said.size);
      const { action, logProbability } = head.sample(output, random.at(step, copy));
      const outcome = world.act(copy, head.toEnvironment(action));
      rollout.observations.set(row, sample * rollout.observation);
      rollout.actions.set(action, sample * rollout.width);
      logProbabilities[sample] = logProbability;
      values[sample] = said.values[copy] ?? NaN;
      rewards[sample] = rewardScale * outcome.reward;
      ended[sample] = Number(outcome.ended);
      if (outcome.ended && !outcome.terminated && bootstrapAtLimit) cut.push({ sample, seen: outcome.seen });
    });
  }
  // What an episode would still have been worth when the time limit cut it short is part of its last reward.
  if (cut.length > 0) {
    const beyond = await judged(
      judge,
      cut.map(({ seen }) => seen),
    );
    cut.forEach(({ sample }, index) => {
      rewards[sample] = (rewards[sample] ?? 0) + gamma * (beyond.values[index] ?? NaN);
    });
  }
  const last = await judged(judge, world.observations());
  for (let copy = 0; copy < environments; copy++) {
    const of = (all: ArrayLike<number>): number[] =>
      Array.from({ length: horizon }, (_, step) => all[step * environments + copy] ?? NaN);
    const found = advantages(
      { rewards: of(rewards), values: of(values), ended: of(ended), lastValue: last.values[copy] ?? NaN },
      { gamma, lambda },
    );
    for (let step = 0; step < horizon; step++) {
      const sample = step * environments + copy;
      rollout.figures.set(
        [
          logProbabilities[sample] ?? NaN,
          found.advantages[step] ?? NaN,
          found.returns[step] ?? NaN,
          values[sample] ?? NaN,
        ],
        sample * FIGURES,
      );
    }
  }
}
