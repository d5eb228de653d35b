import type * as tf from '@tensorflow/tfjs-core';
import { crossEntropy, distillation, mean, type LossTerm } from '../../losses/terms.ts';
import type { KdmlOptions } from './options.ts';

/**
 * Labels, teacher and peers of student k (0-based); teacher and peers are constants (kdml.md §3.1). Terms without weight are
 * left out, and a single student has no mutual term.
 */
export function studentTerms(
  k: number,
  students: readonly tf.Tensor2D[],
  teacher: tf.Tensor2D,
  labels: tf.Tensor1D,
  { alpha, beta, gamma, temperature }: Pick<KdmlOptions, 'alpha' | 'beta' | 'gamma' | 'temperature'>,
): LossTerm[] {
  const role = `student${k + 1}`;
  const own = students[k];
  if (!own) throw new Error(`There is no student ${k + 1} among ${students.length}.`);
  const terms = [crossEntropy(role, own, labels, alpha)];
  if (beta > 0) terms.push(distillation(role, 'teacher', own, teacher, temperature, beta));
  const others = students.filter((_, j) => j !== k);
  if (gamma > 0 && others.length > 0)
    terms.push({
      role,
      name: 'mutual',
      value: mean(others.map((other) => distillation(role, 'mutual', own, other, temperature, 1).value)),
      weight: gamma,
    });
  return terms;
}
