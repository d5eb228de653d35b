import * as tf from '@tensorflow/tfjs-core';

/** Σ_i share_i · value_i per sample: gated ensembles, attended and collective targets. @param shares [batch, values] */
export const mixture = (values: readonly tf.Tensor2D[], shares: tf.Tensor2D): tf.Tensor2D =>
  tf.addN(values.map((value, index) => tf.mul(value, tf.slice(shares, [0, index], [-1, 1]))));
