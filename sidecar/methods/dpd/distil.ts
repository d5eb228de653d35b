import * as tf from '@tensorflow/tfjs-core';
import type { DpdOptions } from './schema.options.ts';

/** How the two policies are told apart on a state: actions are numbers, or preferences among some. */
export type Distance = 'squared' | 'kl' | 'squaredProbabilities';

/**
 * Raw weights of states by the peer's advantage ξ = V_peer − V_own (dpd.md §2): uniform 1, soft exp(α ξ) within
 * [1/limit, limit], hard 1 where ξ > 0.
 * @param xi [states] @returns [states]
 */
export function rawWeights(
  xi: tf.Tensor1D,
  { mode, alpha, weightLimit }: Pick<DpdOptions, 'alpha' | 'weightLimit'> & { readonly mode: WeightMode },
): tf.Tensor1D {
  switch (mode) {
    case 'uniform':
      return tf.onesLike(xi);
    case 'soft':
      return tf.clipByValue(tf.exp(tf.mul(xi, alpha)), 1 / weightLimit, weightLimit);
    case 'hard':
      return tf.cast(tf.greater(xi, 0), 'float32');
  }
}

export type WeightMode = Exclude<DpdOptions['mode'], 'none'>;

/** Weights that sum to 1; all 0 where no state has any. @param raw [states] */
export const normalised = (raw: tf.Tensor1D): tf.Tensor1D =>
  tf.div<tf.Tensor1D>(raw, tf.maximum(tf.sum(raw), 1e-12));

/** ξ as it enters the weights: as it is, or in standard deviations of its batch. */
export function scaled(xi: tf.Tensor1D, scaling: DpdOptions['xiScaling']): tf.Tensor1D {
  if (scaling === 'none') return xi;
  const { variance } = tf.moments(xi);
  return tf.div<tf.Tensor1D>(xi, tf.add(tf.sqrt(variance), 1e-8));
}

/**
 * D of every state, [states]: mean squared difference over the dimensions of an action, or of action probabilities, or
 * KL(peer ‖ own). @param own, peer [states, outputs]: actions, or logits
 */
export function distances(own: tf.Tensor2D, peer: tf.Tensor2D, distance: Distance): tf.Tensor1D {
  switch (distance) {
    case 'squared':
      return tf.mean(tf.squaredDifference(own, peer), 1);
    case 'squaredProbabilities':
      return tf.mean(tf.squaredDifference(tf.softmax(own), tf.softmax(peer)), 1);
    case 'kl':
      return tf.sum(tf.mul(tf.softmax(peer), tf.sub(tf.logSoftmax(peer), tf.logSoftmax(own))), 1);
  }
}

/** L = Σ w · D. @param weights [states] @param distance [states] @throws when a shape is another */
export function weightedDistance(weights: tf.Tensor, distance: tf.Tensor): tf.Scalar {
  // [states, 1] times [states] would be [states, states], where normalised weights cancel: the released code's mistake.
  if (weights.rank !== 1 || distance.rank !== 1 || weights.size !== distance.size)
    throw new Error(
      `Weights of shape [${weights.shape.join(', ')}] and distances of shape [${distance.shape.join(', ')}] must both be [states].`,
    );
  return tf.sum(tf.mul(weights, distance));
}

/** How many states the weights amount to, 1 / Σ w²; 0 where all weights are 0. @param weights [states], sum 1 */
export function effectiveStates(weights: tf.Tensor1D): tf.Scalar {
  const squares = tf.sum<tf.Scalar>(tf.square(weights));
  return tf.mul(tf.cast(tf.greater(squares, 0), 'float32'), tf.div(1, tf.maximum(squares, 1e-12)));
}

/** −Σ w ln w, in nats. @param weights [states], sum 1 */
export const weightEntropy = (weights: tf.Tensor1D): tf.Scalar =>
  tf.neg(tf.sum(tf.mul(weights, tf.log(tf.maximum(weights, 1e-12)))));
