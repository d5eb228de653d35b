import type * as tf from '@tensorflow/tfjs-core';
import { crossEntropy, distillation, type LossTerm } from '../../losses/terms.ts';
import type { DihOptions } from './options.ts';

/** A member of the cohort that teaches the student. */
export interface Member {
  readonly role: string;
  readonly logits: tf.Tensor2D;
}

/**
 * Σ over members of α·KD(s ‖ member) + (1 − α)·CE(s, y); the labels' shares are one term (dih.md §4). A member whose α is 0 is
 * left out altogether.
 */
export function cohortTerms(
  student: tf.Tensor2D,
  cohort: readonly Member[],
  labels: tf.Tensor1D,
  {
    alpha,
    alphas,
    temperature,
    cohortReduction,
  }: Pick<DihOptions, 'alpha' | 'alphas' | 'temperature' | 'cohortReduction'>,
): LossTerm[] {
  const share = cohortReduction === 'mean' ? 1 / cohort.length : 1;
  const teaching = cohort
    .map((member) => ({ ...member, weight: alphas[member.role] ?? alpha }))
    .filter(({ weight }) => weight > 0);
  const toLabels = teaching.reduce((sum, { weight }) => sum + 1 - weight, 0);
  return [
    crossEntropy('student', student, labels, share * toLabels),
    ...teaching.map(({ role, logits, weight }) =>
      distillation('student', role, student, logits, temperature, share * weight),
    ),
  ];
}
