import * as tf from '@tensorflow/tfjs-core';
import type { ActionSpace } from '../../environments/options.ts';
import { Network, type Parameter } from '../../models/network.ts';
import type { Stream } from '../../random/stream.ts';
import { outputOf } from './learner.ts';

/** What a policy's outputs mean as probabilities of actions. */
export interface Head {
  /** Parameters beside those of the actor. */
  readonly network: Network | null;
  readonly parameters: readonly Parameter[];
  /** What sampling needs from the device, read once for a rollout. */
  prepare(): Promise<void>;
  /** @param output of one state @returns the action as it is remembered, and its log-probability */
  sample(
    output: ArrayLike<number>,
    random: Stream,
  ): { readonly action: number[]; readonly logProbability: number };
  /** Numbers by which an action is remembered. */
  readonly width: number;
  /** What the environment takes for a remembered action. */
  toEnvironment(action: readonly number[]): number[];
  /** Log-probabilities of remembered actions, and the mean entropy. @param outputs [batch, outputs] @param actions [batch, width] */
  judge(
    outputs: tf.Tensor2D,
    actions: tf.Tensor2D,
  ): { readonly logProbability: tf.Tensor1D; readonly entropy: tf.Scalar };
}

export const headOf = (actions: ActionSpace, name: string, seed: number): Head =>
  actions.kind === 'discrete'
    ? categorical(actions.count)
    : gaussian(actions.size, actions.limit, name, seed);

/** A logit for each action. */
function categorical(count: number): Head {
  return {
    network: null,
    parameters: [],
    prepare: () => Promise.resolve(),
    width: 1,
    toEnvironment: (action) => [...action],
    sample: (output, random) => {
      const logits = Array.from(output);
      const highest = Math.max(...logits);
      const weights = logits.map((logit) => Math.exp(logit - highest));
      const sum = weights.reduce((a, b) => a + b, 0);
      let left = random.uniform(0) * sum;
      const found = weights.findIndex((weight) => (left -= weight) < 0);
      const action = found === -1 ? count - 1 : found;
      return { action: [action], logProbability: (logits[action] ?? NaN) - highest - Math.log(sum) };
    },
    judge: (outputs, actions) => {
      const all = tf.logSoftmax(outputs);
      const chosen = tf.oneHot(tf.cast(tf.reshape(actions, [-1]), 'int32'), count);
      return {
        logProbability: tf.sum(tf.mul(all, tf.cast(chosen, 'float32')), 1),
        entropy: tf.neg(tf.mean(tf.sum(tf.mul(tf.exp(all), all), 1))),
      };
    },
  };
}

const HALF_LOG_TWO_PI = Math.log(2 * Math.PI) / 2;

/** Means, in units of the largest action, and a deviation of its own that depends on no state; at first 1. */
function gaussian(size: number, limit: number, name: string, seed: number): Head {
  const head = { name: 'head', layers: [{ kind: 'dense' as const, units: size }] };
  const network = new Network(
    name,
    { family: 'deviation', input: [1], trunk: [], branches: [{ name: 'main', blocks: [], head }], joins: [] },
    { seed },
  );
  for (const { name: tensor, variable } of network.parameters())
    network.set(tensor, new Float32Array(variable.size));
  // The kernel would only be a second bias.
  const parameters = network.parameters().filter(({ name: tensor }) => tensor.endsWith('/bias'));
  const logDeviation = (): tf.Tensor2D => outputOf(network, tf.zeros([1, 1]));
  let deviations: ArrayLike<number> = [];
  return {
    network,
    parameters,
    width: size,
    prepare: async () => {
      const read = tf.tidy(() => tf.exp(logDeviation()));
      deviations = await read.data<'float32'>();
      read.dispose();
    },
    toEnvironment: (action) => action.map((value) => limit * value),
    sample: (output, random) => {
      let logProbability = 0;
      const action = Array.from(output, (mean, index) => {
        const normal = random.normal(index);
        const deviation = deviations[index] ?? NaN;
        logProbability -= normal ** 2 / 2 + Math.log(deviation) + HALF_LOG_TWO_PI;
        return mean + deviation * normal;
      });
      return { action, logProbability };
    },
    judge: (outputs, actions) => {
      const log = logDeviation();
      const away = tf.div(tf.sub(actions, outputs), tf.exp(log));
      const density = tf.sub(tf.neg(tf.div(tf.square(away), 2)), tf.add(log, HALF_LOG_TWO_PI));
      return {
        logProbability: tf.sum(density, 1),
        entropy: tf.sum<tf.Scalar>(tf.add(log, HALF_LOG_TWO_PI + 0.5)),
      };
    },
  };
}
