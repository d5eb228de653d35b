import * as tf from '@tensorflow/tfjs-core';
import type { EnvironmentFacts } from '../../environments/options.ts';
import type { Stream } from '../../random/stream.ts';
import type { Phase } from '../training.ts';
import {
  distances,
  effectiveStates,
  normalised,
  rawWeights,
  scaled,
  weightedDistance,
  weightEntropy,
  type Distance,
} from './distil.ts';
import type { Learner } from './learner.ts';
import type { DpdOptions } from './schema.options.ts';

/** How policies are told apart here. */
export const distanceOf = ({ actions }: EnvironmentFacts, { distance }: DpdOptions): Distance =>
  actions.kind === 'continuous' ? 'squared' : distance;

/**
 * The weights of some states, [states], and ξ, [states, 1]. Sums to 1 but in `codeCompat`.
 * @param xi V_peer − V_own, [states, 1]
 */
export function weightsOf(
  xi: tf.Tensor2D,
  options: Pick<DpdOptions, 'mode' | 'alpha' | 'weightLimit' | 'xiScaling' | 'codeCompat' | 'algorithm'>,
): tf.Tensor1D {
  const { mode, codeCompat, algorithm } = options;
  if (mode === 'none') throw new Error('Without distillation no state has a weight.');
  const flat: tf.Tensor1D = tf.reshape<tf.Rank.R1>(xi, [xi.size]);
  // What the released code amounts to (dpd.md §7): the plain sum of distances, or reversed weights divided once more.
  if (codeCompat && algorithm.name === 'ddpg') return tf.onesLike(flat);
  const signed = scaled(codeCompat ? tf.neg(flat) : flat, options.xiScaling);
  const weights = normalised(rawWeights(signed, { ...options, mode }));
  return codeCompat ? tf.div<tf.Tensor1D>(weights, flat.size) : weights;
}

/** A learner takes over from its peer, on states that the peer has visited. Everything but the own policy is a constant. */
export function distillation(
  own: Learner,
  peer: Learner,
  { facts, options, random }: { facts: EnvironmentFacts; options: DpdOptions; random: Stream },
): Phase {
  const { batchSize, every, rate } = options.distillation;
  const distance = distanceOf(facts, options);
  const ownValue = options.algorithm.name === 'ddpg' ? options.algorithm.ownValue : 'ownAction';
  const name = `distill${own.name.replace(/\D/gu, '')}`;
  return {
    name,
    views: 0,
    optimizer: name,
    rate,
    active: ({ step }) => options.mode !== 'none' && peer.hasVisited() && (step + 1) % every === 0,
    parameters: () => own.actor,
    targets: (_batch, { step }) => {
      const rows = peer.visited(random.at(step), batchSize);
      const states = tf.tensor2d(rows, [batchSize, facts.observation]);
      const wanted = peer.policy(states);
      const valued = ownValue === 'ownAction' ? own.policy(states) : wanted;
      const xi = tf.sub<tf.Tensor2D>(peer.value(states, wanted), own.value(states, valued));
      return [states, wanted, xi];
    },
    forward: (_batch, _clock, targets) => {
      const [states, wanted, xi] = targets as tf.Tensor2D[];
      if (!states || !wanted || !xi) throw new Error('Distillation has no targets.');
      const weights = weightsOf(xi, options);
      const apart = distances(own.policy(states), wanted, distance);
      const shares = normalised(weights);
      const tag = (measure: string): string => `distillation/${own.name}/${measure}`;
      return {
        terms: [{ role: own.name, name: 'distillation', value: weightedDistance(weights, apart), weight: 1 }],
        measures: {
          [tag('xi')]: tf.mean(xi),
          [tag('advantageous')]: tf.mean(tf.cast(tf.greater(xi, 0), 'float32')),
          [tag('effectiveStates')]: effectiveStates(shares),
          [tag('largestWeight')]: tf.max(shares),
          [tag('weightEntropy')]: weightEntropy(shares),
          [tag('distance')]: tf.mean(apart),
        },
      };
    },
  };
}
