import * as tf from '@tensorflow/tfjs-core';

/** max(−A r, −A clip(r, 1 − c, 1 + c)) of every sample. All [batch]. */
export const clippedSurrogate = (ratio: tf.Tensor1D, advantage: tf.Tensor1D, clip: number): tf.Tensor1D =>
  tf.neg(tf.minimum(tf.mul(ratio, advantage), tf.mul(tf.clipByValue(ratio, 1 - clip, 1 + clip), advantage)));

/** Half the squared error of values, which may have moved by `clip` only where it is given. All [batch]. */
export function valueLoss(
  values: tf.Tensor1D,
  before: tf.Tensor1D,
  returns: tf.Tensor1D,
  clip: number | null,
): tf.Scalar {
  const plain = tf.squaredDifference(values, returns);
  if (clip === null) return tf.div(tf.mean(plain), 2);
  const moved = tf.add(before, tf.clipByValue(tf.sub(values, before), -clip, clip));
  return tf.div(tf.mean(tf.maximum(plain, tf.squaredDifference(moved, returns))), 2);
}

/** With mean 0 and deviation 1 over the batch. */
export function standardised(values: tf.Tensor1D): tf.Tensor1D {
  const { mean, variance } = tf.moments(values);
  return tf.div<tf.Tensor1D>(tf.sub(values, mean), tf.add(tf.sqrt(variance), 1e-8));
}
