import type * as tf from '@tensorflow/tfjs-core';
import { crossEntropy, distillation, mean, type LossTerm } from '../../losses/terms.ts';

/** CE of all three; sub-networks learn from the fused classifier, it from their mean; targets are constants (baselines.md §8). */
export function fflTerms(
  peers: readonly [tf.Tensor2D, tf.Tensor2D],
  fused: tf.Tensor2D,
  labels: tf.Tensor1D,
  temperature: number,
  omega: number,
): LossTerm[] {
  return [
    ...peers.flatMap((logits, index) => {
      const role = `peer${index + 1}`;
      return [
        crossEntropy(role, logits, labels),
        distillation(role, 'fused', logits, fused, temperature, omega),
      ];
    }),
    crossEntropy('fused', fused, labels),
    distillation('fused', 'ensemble', fused, mean(peers), temperature, omega),
  ];
}
