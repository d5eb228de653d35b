import type * as tf from '@tensorflow/tfjs-core';
import { crossEntropy, distillation, type LossTerm } from '../../losses/terms.ts';

/** CE of every branch and of the ensemble, and KD of every branch to the ensemble, which is a constant there (baselines.md §6). */
export function oneTerms(
  logits: readonly tf.Tensor2D[],
  ensemble: tf.Tensor2D,
  labels: tf.Tensor1D,
  temperature: number,
  omega: number,
): LossTerm[] {
  return [
    ...logits.flatMap((each, index) => {
      const role = `peer${index + 1}`;
      return [
        crossEntropy(role, each, labels),
        distillation(role, 'ensemble', each, ensemble, temperature, omega),
      ];
    }),
    crossEntropy('ensemble', ensemble, labels),
  ];
}
