import type * as tf from '@tensorflow/tfjs-core';
import { crossEntropy, distillation } from '../../losses/terms.ts';
import { INFERENCE, TRAINING, type Network } from '../../models/network.ts';
import type { Stage } from '../training.ts';
import { logitsOf, viewOf } from './supervised.ts';

export interface OfflineWeights {
  /** Of the cross-entropy to the labels. */
  readonly labels: number;
  /** Of KD to the teacher, T² inside. */
  readonly teacher: number;
  readonly temperature: number;
}

/** Hinton's distillation: a student on labels and on a frozen teacher's logits for the same view. */
export const offlineStage = (
  name: string,
  teacher: Network,
  student: Network,
  { labels, teacher: toTeacher, temperature }: OfflineWeights,
): Stage => ({
  name,
  schedules: () => ({}),
  phases: [
    {
      name,
      views: 1,
      optimizer: name,
      parameters: () => student.parameters(),
      targets: (batch) => [logitsOf(teacher, viewOf(batch), INFERENCE)],
      forward: (batch, _clock, [target]) => {
        const logits = logitsOf(student, viewOf(batch), TRAINING);
        return {
          terms: [
            crossEntropy('student', logits, batch.labels, labels),
            distillation('student', 'teacher', logits, target as tf.Tensor2D, temperature, toTeacher),
          ],
          outputs: { student: logits, teacher: target as tf.Tensor2D },
        };
      },
    },
  ],
});
