import * as tf from '@tensorflow/tfjs-core';

/** Smallest normal float32: stands in for 0 under a logarithm. */
const TINY = 1.1754943508222875e-38;

/** Σ_i share_i · value_i per sample: gated ensembles, attended and collective targets. @param shares [batch, values] */
export const mixture = (values: readonly tf.Tensor2D[], shares: tf.Tensor2D): tf.Tensor2D =>
  tf.addN(values.map((value, index) => tf.mul(value, tf.slice(shares, [0, index], [-1, 1]))));

/** ln of what is 0 or more, and finite. */
export const logOf = <T extends tf.Tensor>(x: T): T => tf.log(tf.maximum(x, TINY));

/**
 * ln Σ_i share_i · p_i of distributions given as ln p_i: finite however far apart they are.
 * @param shares [batch, distributions], or [1, distributions] for all samples
 */
export const logMixture = (logs: readonly tf.Tensor2D[], shares: tf.Tensor2D): tf.Tensor2D =>
  tf.logSumExp(
    tf.stack(logs.map((log, index) => tf.add(log, logOf(tf.slice(shares, [0, index], [-1, 1]))))),
    0,
  );

/** Log-probabilities, hence logits, of the mean of what some networks say. */
export const meanDistribution = (logits: readonly tf.Tensor2D[]): tf.Tensor2D =>
  logMixture(
    logits.map((each) => tf.logSoftmax(each)),
    tf.fill([1, logits.length], 1 / logits.length),
  );
