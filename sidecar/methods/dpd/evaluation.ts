import * as tf from '@tensorflow/tfjs-core';
import type { Evaluation, Measured } from '../training.ts';
import { play, type Played } from './episodes.ts';
import { evaluatePolicy, hybridPolicy, modelOf } from './hybrid.ts';
import type { Learner, Setting } from './learner.ts';

/** Both learners without exploration, on the same episodes at every evaluation and on others in the test. */
export function evaluationOf(learners: readonly Learner[], setting: Setting): Evaluation {
  const { options, rng } = setting;
  const playAll = async (stream: string): Promise<(readonly [Learner, Played])[]> => {
    const played: (readonly [Learner, Played])[] = [];
    for (const learner of learners)
      played.push([learner, await play(learner, setting, rng(stream), options.evaluationEpisodes)]);
    return played;
  };
  return {
    kind: 'custom',
    evaluate: async (): Promise<Measured> => {
      const played = await playAll('evaluation');
      return {
        series: {
          ...Object.fromEntries(
            played.flatMap(([{ name }, { return: mean, steps }]) => [
              [`evaluation/${name}/return`, mean],
              [`evaluation/${name}/steps`, steps],
            ]),
          ),
          'evaluation/best/return': Math.max(...played.map(([, { return: mean }]) => mean)),
          ...(options.algorithm.name === 'tabular' ? await startValues(learners, setting) : {}),
        },
        exhibits: Object.fromEntries(played.map(([{ name }, { first }]) => [`episode/${name}`, first])),
      };
    },
    test: async () => {
      const played = (await playAll('test')).map(
        ([{ name }, { return: mean, deviation, steps }]) =>
          [name, { return: mean, deviation, steps }] as const,
      );
      const [best] = played.toSorted(([, a], [, b]) => b.return - a.return);
      return Object.fromEntries([...played, ...(best ? [['best', best[1]] as const] : [])]);
    },
  };
}

/** Exact values of the start under both policies, and under the one that follows the better of the two in each state. */
async function startValues(
  learners: readonly Learner[],
  { environment, facts, options, rng }: Setting,
): Promise<Record<string, number>> {
  const { states, actions } = facts;
  if (states === null || actions.kind !== 'discrete') return {};
  const model = modelOf(environment, states, actions.count);
  const [start = 0] = environment.reset(rng('evaluation').at(0));
  const policies: Float32Array[] = [];
  for (const learner of learners) {
    const probabilities = tf.tidy(() => tf.softmax(learner.policy(tf.eye(states))));
    policies.push(await probabilities.data<'float32'>());
    probabilities.dispose();
  }
  const values = policies.map((policy) => evaluatePolicy(model, policy, options.gamma));
  const [own, peer] = policies;
  const [ownValues, peerValues] = values;
  if (!own || !peer || !ownValues || !peerValues) throw new Error('There are not two learners.');
  const hybrid = hybridPolicy([own, peer], [ownValues, peerValues], actions.count);
  return {
    ...Object.fromEntries(
      learners.map(({ name }, index) => [`evaluation/${name}/startValue`, values[index]?.[start] ?? NaN]),
    ),
    'evaluation/hybrid/startValue': evaluatePolicy(model, hybrid, options.gamma)[start] ?? NaN,
  };
}
