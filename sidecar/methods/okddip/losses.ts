import * as tf from '@tensorflow/tfjs-core';
import { detached } from '../../backends/ops/index.ts';
import { coupledDistillation, crossEntropy, distillation, type LossTerm } from '../../losses/terms.ts';
import { logMixture, mixture } from '../parts/mixture.ts';
import type { OkddipOptions } from './options.ts';

/** softmax over peers b of l_a · k_b, self included, unscaled: [batch, peers] for each peer a. */
export function attentions(queries: readonly tf.Tensor2D[], keys: readonly tf.Tensor2D[]): tf.Tensor2D[] {
  return queries.map((query) =>
    tf.softmax(
      tf.stack(
        keys.map((key) => tf.sum(tf.mul(query, key), 1)),
        1,
      ) as tf.Tensor2D,
    ),
  );
}

/** CE of all, KD of every peer to its own target, and of the leader to the peers' mean, which is a constant (baselines.md §7). */
export function okddipTerms(
  peers: readonly tf.Tensor2D[],
  leader: tf.Tensor2D,
  attention: readonly tf.Tensor2D[],
  labels: tf.Tensor1D,
  { target, targetGradient, temperature }: Pick<OkddipOptions, 'target' | 'targetGradient' | 'temperature'>,
  omega: number,
): LossTerm[] {
  const isProbable = target === 'probabilities';
  /** What is mixed: logits, or logarithms of softened probabilities. */
  const mixable = (logits: tf.Tensor2D): tf.Tensor2D =>
    isProbable ? tf.logSoftmax(tf.div<tf.Tensor2D>(logits, temperature)) : logits;
  const mixed = (values: readonly tf.Tensor2D[], shares: tf.Tensor2D): tf.Tensor2D =>
    // Made steep again by T, log-probabilities are logits of the same softened distribution.
    isProbable ? tf.mul<tf.Tensor2D>(logMixture(values, shares), temperature) : mixture(values, shares);
  const values = peers.map((each) => mixable(targetGradient === 'attentionOnly' ? detached(each) : each));
  const kd = targetGradient === 'none' ? distillation : coupledDistillation;
  const equally = tf.fill<tf.Rank.R2>([1, peers.length], 1 / peers.length);
  return [
    ...peers.flatMap((logits, a) => [
      crossEntropy(`peer${a + 1}`, logits, labels),
      kd(`peer${a + 1}`, 'attended', logits, mixed(values, attention[a] as tf.Tensor2D), temperature, omega),
    ]),
    crossEntropy('leader', leader, labels),
    distillation('leader', 'group', leader, mixed(values, equally), temperature, omega),
  ];
}
