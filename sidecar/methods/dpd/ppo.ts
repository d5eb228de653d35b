import * as tf from '@tensorflow/tfjs-core';
import { policyOutputs } from '../../environments/options.ts';
import { Network } from '../../models/network.ts';
import { plain, type Backbone, type NetworkSpec } from '../../models/spec.ts';
import type { Phase } from '../training.ts';
import { clippedSurrogate, standardised, valueLoss } from './clipped.ts';
import { headOf } from './heads.ts';
import { outputOf, type Learner, type Setting } from './learner.ts';
import { learnt, Normaliser, withNormaliser } from './normaliser.ts';
import { Ring } from './ring.ts';
import { experience, Rollout } from './rollout.ts';
import type { ClippedOptions } from './schema.options.ts';
import { World } from './world.ts';

/** A table: a state's indicator selects a row of the only layer. */
export const table = (outputs: number): Backbone => ({
  family: 'table',
  trunk: [],
  tail: [],
  head: { name: 'head', layers: [{ kind: 'dense', units: outputs }] },
});

/** Batches in a pass over a rollout: whole ones alone. */
const batchesOf = ({ horizon, environments }: ClippedOptions, batchSize: number): number =>
  Math.max(1, Math.floor((horizon * environments) / batchSize));

/** Updates from one rollout to the next. */
export const updatesOf = (algorithm: ClippedOptions, batchSize: number): number =>
  algorithm.epochs * batchesOf(algorithm, batchSize);

interface Variant {
  readonly tables: boolean;
  readonly normalise: boolean;
}

/** A learner by proximal policy optimisation: a step is an update by one batch; it acts whenever a rollout is used up. */
export function ppoLearner(
  name: string,
  setting: Setting,
  algorithm: ClippedOptions,
  { tables, normalise }: Variant,
): Learner {
  const { options, seed, environment, facts, backbone, rng } = setting;
  const { observation, actions } = facts;
  const number = name.replace(/\D/gu, '');
  const specOf = (model: string, outputs: number): NetworkSpec => {
    const spec = plain(tables ? table(outputs) : backbone(model, [observation], outputs), [observation]);
    return normalise ? withNormaliser(spec) : spec;
  };
  const actor = new Network(`actor${number}`, specOf('actor', policyOutputs(actions)), { seed });
  const critic = new Network(`critic${number}`, specOf('critic', 1), { seed });
  const head = headOf(actions, `deviation${number}`, seed);

  const { environments, horizon, clip, clipValues, valueWeight, entropyWeight, gradientNorm } = algorithm;
  const samples = environments * horizon;
  const batchSize = Math.min(setting.batchSize, samples);
  const batches = batchesOf(algorithm, setting.batchSize);
  const cycle = updatesOf(algorithm, setting.batchSize);
  const world = new World(environment, facts, rng(`world/${name}`), environments);
  const rollout = new Rollout(samples, observation, head.width);
  const visited = new Ring(options.distillation.pool, observation);
  const normaliser = normalise ? new Normaliser(observation, [actor, critic]) : null;
  const [acting, shuffle] = [rng(`act/${name}`), rng(`shuffle/${name}`)];
  const judge = (x: tf.Tensor2D) => ({ outputs: outputOf(actor, x), values: outputOf(critic, x) });

  /** The samples of an update, which the step alone decides. */
  const chosen = (stageStep: number): Uint32Array => {
    const [round, update] = [Math.floor(stageStep / cycle), stageStep % cycle];
    const order = shuffle.at(round, Math.floor(update / batches)).permutation(samples);
    const from = (update % batches) * batchSize;
    return order.subarray(from, from + batchSize);
  };

  const update: Phase = {
    name: `policy${number}`,
    views: 0,
    optimizer: `policy${number}`,
    gradientNorm,
    parameters: () => [...learnt(actor), ...learnt(critic), ...head.parameters],
    targets: (_batch, { stageStep }) => rollout.batch(chosen(stageStep)),
    forward: (_batch, _clock, targets) => {
      const [states, taken, figures] = targets as tf.Tensor2D[];
      if (!states || !taken || !figures) throw new Error('The update has no samples.');
      const [before, advantage, returns, valued] = tf.unstack(figures, 1) as tf.Tensor1D[];
      if (!before || !advantage || !returns || !valued) throw new Error('A sample has no figures.');
      const { outputs, values } = judge(states);
      const { logProbability, entropy } = head.judge(outputs, taken);
      const ratio = tf.exp(tf.sub<tf.Tensor1D>(logProbability, before));
      const policy = tf.mean(clippedSurrogate(ratio, standardised(advantage), clip));
      const flat: tf.Tensor1D = tf.reshape<tf.Rank.R1>(values, [values.size]);
      return {
        terms: [
          { role: name, name: 'policy', value: policy as tf.Scalar, weight: 1 },
          {
            role: name,
            name: 'value',
            value: valueLoss(flat, valued, returns, clipValues ? clip : null),
            weight: valueWeight,
          },
          { role: name, name: 'entropy', value: entropy, weight: -entropyWeight },
        ],
        measures: {
          [`train/${name}/value`]: tf.mean(values),
          [`train/${name}/clipped`]: tf.mean(tf.cast(tf.greater(tf.abs(tf.sub(ratio, 1)), clip), 'float32')),
        },
      };
    },
  };

  return {
    name,
    networks: Object.fromEntries(
      [actor, critic, ...(head.network ? [head.network] : [])].map((network) => [network.name, network]),
    ),
    slots: {
      [`world${number}`]: world,
      [`rollout${number}`]: rollout,
      [`visited${number}`]: visited,
      ...(normaliser ? { [`normaliser${number}`]: normaliser } : {}),
    },
    actor: learnt(actor),
    phases: [update],
    beforeStep: async ({ stageStep }) => {
      if (stageStep % cycle !== 0) return;
      const random = acting.at(stageStep / cycle);
      await experience(rollout, world, { head, judge, random }, algorithm, options);
      for (let sample = 0; sample < samples; sample++)
        visited.add([...rollout.observations.subarray(sample * observation, (sample + 1) * observation)]);
      normaliser?.add(rollout.observations);
    },
    afterStep: () => undefined,
    policy: (x) => outputOf(actor, x),
    value: (x) => outputOf(critic, x),
    hasVisited: () => visited.size > 0,
    visited: (random, count) => visited.sample(random, count),
    measures: () => ({
      [`experience/${name}/steps`]: world.steps,
      ...(world.meanReturn === undefined ? {} : { [`train/${name}/return`]: world.meanReturn }),
    }),
  };
}
