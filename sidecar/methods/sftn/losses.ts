import * as tf from '@tensorflow/tfjs-core';
import { detached, divergence } from '../../backends/ops/index.ts';
import { crossEntropy, type LossTerm } from '../../losses/terms.ts';
import type { SftnOptions } from './options.ts';

type Weights = Pick<
  SftnOptions,
  'lambdaT' | 'lambdaKL' | 'lambdaCE' | 'tau' | 'branchReduction' | 'detachTeacherInKL' | 'klTauSquared'
>;

/** λ_T·CE of the teacher, and for each branch λ_CE·CE and λ_KL·KL(teacher ‖ branch), over the branches' mean or sum (sftn.md §4). */
export function sftnTerms(
  teacher: tf.Tensor2D,
  branches: readonly tf.Tensor2D[],
  labels: tf.Tensor1D,
  { lambdaT, lambdaKL, lambdaCE, tau, branchReduction, detachTeacherInKL, klTauSquared }: Weights,
): LossTerm[] {
  const share = branchReduction === 'mean' ? 1 / Math.max(1, branches.length) : 1;
  const target = detachTeacherInKL ? detached(teacher) : teacher;
  return [
    crossEntropy('teacher', teacher, labels, lambdaT),
    ...branches.flatMap((logits, index) => {
      const role = `branch${index + 1}`;
      const agreement = divergence(logits, target, tau);
      return [
        crossEntropy(role, logits, labels, lambdaCE * share),
        {
          role,
          name: 'agreement',
          value: klTauSquared ? tf.mul<tf.Scalar>(agreement, tau ** 2) : agreement,
          weight: lambdaKL * share,
        },
      ];
    }),
  ];
}
