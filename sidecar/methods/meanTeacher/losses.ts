import * as tf from '@tensorflow/tfjs-core';
import { crossEntropy, distillation, meanSquared, type LossTerm } from '../../losses/terms.ts';
import type { MeanTeacherOptions } from './options.ts';

/** CE(z, y) + w · D(z, g); the teacher is a constant (baselines.md §9). */
export function meanTeacherTerms(
  logits: tf.Tensor2D,
  teacher: tf.Tensor2D,
  labels: tf.Tensor1D,
  distance: MeanTeacherOptions['distance'],
  weight: number,
): LossTerm[] {
  const name = 'consistency';
  return [
    crossEntropy('student', logits, labels),
    distance === 'kl'
      ? distillation('student', name, logits, teacher, 1, weight)
      : { role: 'student', name, value: meanSquared(tf.softmax(logits), tf.softmax(teacher)), weight },
  ];
}
