import * as tf from '@tensorflow/tfjs-core';
import { detached } from '../../backends/ops/index.ts';
import { BATCH_NORM, type Network } from '../../models/network.ts';
import { weightsByKind } from '../../models/weightKinds.ts';

/** Mean over the batch of Σ_c (softmax(z)_c − target_c)²; samples that are not known yet add nothing. @param known [batch], 0 or 1 */
export function consistency(logits: tf.Tensor2D, targets: tf.Tensor2D, known: tf.Tensor1D): tf.Scalar {
  const distances = tf.sum(tf.square(tf.sub(tf.softmax(logits), targets)), 1);
  return tf.mean(tf.mul(distances, known));
}

/** |x| with the gradient sign(x), which is 0 at 0: that of `tf.abs` is −1 there. */
const magnitude = (x: tf.Tensor): tf.Tensor => tf.mul(x, tf.sign(x));

/** Σ|w| of a convolution. */
export const convolutionTerm = (kernel: tf.Tensor): tf.Scalar => tf.sum(magnitude(kernel));

/** Largest |γ|/√(variance + ε); the variance is a constant. */
export const batchNormTerm = (gamma: tf.Tensor, variance: tf.Tensor): tf.Scalar =>
  tf.max(tf.mul(magnitude(gamma), tf.rsqrt(tf.add(detached(variance), BATCH_NORM.epsilon))));

/** Largest Σ|w| over the outputs of an input. @param kernel [inputs, outputs] */
export const denseTerm = (kernel: tf.Tensor): tf.Scalar => tf.max(tf.sum(magnitude(kernel), 1));

/** The bound on a network's Lipschitz constant that is penalised: a sum over its layers (soteacher.md §4). */
export function lipschitz(network: Network): tf.Scalar {
  const { convolutions, batchNorms, dense } = weightsByKind(network);
  return tf.addN([
    ...convolutions.map(convolutionTerm),
    ...batchNorms.map(({ gamma, movingVariance }) => batchNormTerm(gamma, movingVariance)),
    ...dense.map(denseTerm),
  ]);
}
