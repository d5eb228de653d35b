import * as tf from '@tensorflow/tfjs-core';
import { emaStep } from '../../backends/ops/index.ts';
import { policyOutputs } from '../../environments/options.ts';
import type { LossTerm } from '../../losses/terms.ts';
import { Network } from '../../models/network.ts';
import { plain, type Backbone } from '../../models/spec.ts';
import type { Clock, Phase } from '../training.ts';
import { actionOf, outputOf, type Learner, type Setting } from './learner.ts';
import { Noise } from './noise.ts';
import { columns, Ring } from './ring.ts';
import type { DdpgOptions } from './schema.options.ts';
import { World } from './world.ts';

/** The actions of a deterministic policy lie in [−1, 1]. */
const bounded = (backbone: Backbone): Backbone => ({
  ...backbone,
  head: { ...backbone.head, layers: [...backbone.head.layers, { kind: 'tanh' }] },
});

/** y = r + γ Q′(s′, π′(s′)) where the episode goes on (dpd.md §4.2). All [batch, 1]. */
export const targetValues = (
  rewards: tf.Tensor2D,
  goesOn: tf.Tensor2D,
  next: tf.Tensor2D,
  gamma: number,
): tf.Tensor2D => tf.add(rewards, tf.mul(tf.mul(next, goesOn), gamma));

/** A learner by deep deterministic policy gradients: one step in its environment, one update, every step. */
export function ddpgLearner(name: string, setting: Setting, algorithm: DdpgOptions): Learner {
  const { options, seed, batchSize, environment, facts, backbone, rng } = setting;
  const { observation } = facts;
  const size = policyOutputs(facts.actions);
  const number = name.replace(/\D/gu, '');
  const spec = {
    actor: plain(bounded(backbone('actor')), [observation]),
    critic: plain(backbone('critic', [observation + size], 1), [observation + size]),
  };
  const actor = new Network(`actor${number}`, spec.actor, { seed });
  const critic = new Network(`critic${number}`, spec.critic, { seed });
  const targetActor = new Network(`targetActor${number}`, spec.actor, { seed });
  const targetCritic = new Network(`targetCritic${number}`, spec.critic, { seed });
  targetActor.copyFrom(actor);
  targetCritic.copyFrom(critic);

  const world = new World(environment, facts, rng(`world/${name}`), 1);
  const noise = new Noise(algorithm.noise, rng(`noise/${name}`), size);
  // Observation, action, reward, whether it goes on, what is seen next.
  const width = 2 * observation + size + 2;
  const replay = new Ring(algorithm.replay, width);
  const [randomAction, drawn] = [rng(`warmup/${name}`), rng(`replay/${name}`)];
  const learns = (): boolean => world.steps >= algorithm.warmup;

  const batchOf = ({ step }: Clock) => {
    const rows = replay.sample(drawn.at(step), batchSize);
    const part = (from: number, to: number): tf.Tensor2D =>
      tf.tensor2d(columns(rows, width, from, to), [batchSize, to - from]);
    return {
      states: () => part(0, observation),
      chosen: () => part(0, observation + size),
      reward: () => part(observation + size, observation + size + 1),
      goesOn: () => part(observation + size + 1, observation + size + 2),
      seen: () => part(observation + size + 2, width),
    };
  };
  const judged = (by: Network, states: tf.Tensor2D, actions: tf.Tensor2D): tf.Tensor2D =>
    outputOf(by, tf.concat2d([states, actions], 1));
  const kernels = critic.parameters().filter(({ name: parameter }) => parameter.endsWith('/kernel'));

  const phases: Phase[] = [
    {
      name: `critic${number}`,
      views: 0,
      optimizer: `critic${number}`,
      active: learns,
      parameters: () => critic.parameters(),
      targets: (_batch, clock) => {
        const batch = batchOf(clock);
        const seen = batch.seen();
        const next = judged(targetCritic, seen, outputOf(targetActor, seen));
        return [batch.chosen(), targetValues(batch.reward(), batch.goesOn(), next, options.gamma)];
      },
      forward: (_batch, _clock, targets) => {
        const [chosen, wanted] = targets as tf.Tensor2D[];
        if (!chosen || !wanted) throw new Error('The critic has no targets.');
        const found = outputOf(critic, chosen);
        const terms: LossTerm[] = [
          {
            role: name,
            name: 'temporalDifference',
            value: tf.mean(tf.squaredDifference(found, wanted)),
            weight: 1,
          },
        ];
        if (algorithm.criticDecay > 0)
          terms.push({
            role: name,
            name: 'decay',
            value: tf.div(tf.addN(kernels.map(({ variable }) => tf.sum(tf.square(variable)))), 2),
            weight: algorithm.criticDecay,
          });
        return { terms, measures: { [`train/${name}/value`]: tf.mean(found) } };
      },
    },
    {
      name: `actor${number}`,
      views: 0,
      optimizer: `actor${number}`,
      rate: algorithm.actorRate,
      active: learns,
      parameters: () => actor.parameters(),
      targets: (_batch, clock) => [batchOf(clock).states()],
      forward: (_batch, _clock, targets) => {
        const [states] = targets as tf.Tensor2D[];
        if (!states) throw new Error('The actor has no states.');
        const value = tf.neg(tf.mean(judged(critic, states, outputOf(actor, states))));
        return { terms: [{ role: name, name: 'policy', value: value as tf.Scalar, weight: 1 }] };
      },
    },
  ];

  const variables = (network: Network) => network.parameters().map(({ variable }) => variable);
  return {
    name,
    networks: Object.fromEntries(
      [actor, critic, targetActor, targetCritic].map((network) => [network.name, network]),
    ),
    slots: { [`world${number}`]: world, [`noise${number}`]: noise, [`replay${number}`]: replay },
    actor: actor.parameters(),
    phases,
    beforeStep: async ({ step }) => {
      const [seen = []] = world.observations();
      const random = randomAction.at(step);
      const action = learns()
        ? await explored(seen, step)
        : Array.from({ length: size }, (_, index) => 2 * random.uniform(index) - 1);
      const outcome = world.act(0, actionOf(facts, action));
      const isOver = outcome.terminated || (outcome.ended && !options.bootstrapAtLimit);
      replay.add([
        ...seen,
        ...action,
        options.rewardScale * outcome.reward,
        Number(!isOver),
        ...outcome.seen,
      ]);
      if (outcome.ended) noise.reset();
    },
    afterStep: (_clock, gate) => {
      if (!learns()) return;
      emaStep(variables(targetActor), variables(actor), 1 - algorithm.tau, gate);
      emaStep(variables(targetCritic), variables(critic), 1 - algorithm.tau, gate);
    },
    policy: (x) => outputOf(actor, x),
    value: (x, outputs) => judged(critic, x, outputs),
    hasVisited: () => replay.size > 0,
    visited: (random, count) =>
      columns(replay.sample(random, count, options.distillation.pool), width, 0, observation),
    measures: () => ({
      [`experience/${name}/steps`]: world.steps,
      [`experience/${name}/remembered`]: replay.size,
      ...(world.meanReturn === undefined ? {} : { [`train/${name}/return`]: world.meanReturn }),
    }),
  };

  async function explored(seen: readonly number[], step: number): Promise<number[]> {
    const output = tf.tidy(() => outputOf(actor, tf.tensor2d([[...seen]])));
    const action = await output.data<'float32'>();
    output.dispose();
    const added = noise.draw(step);
    return Array.from(action, (value, index) => Math.min(1, Math.max(-1, value + (added[index] ?? 0))));
  }
}
