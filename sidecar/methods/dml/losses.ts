import type * as tf from '@tensorflow/tfjs-core';
import { coupledDistillation, crossEntropy, distillation, mean, type LossTerm } from '../../losses/terms.ts';
import type { DmlOptions } from './options.ts';

/** CE and the mutual term of network k (0-based) against what the others say (baselines.md §3). */
export function dmlTerms(
  k: number,
  logits: readonly tf.Tensor2D[],
  labels: tf.Tensor1D,
  { target, temperature, detachTarget }: Pick<DmlOptions, 'target' | 'temperature' | 'detachTarget'>,
): LossTerm[] {
  const role = `peer${k + 1}`;
  const own = logits[k];
  if (!own) throw new Error(`There is no network ${k + 1} among ${logits.length}.`);
  const others = logits.filter((_, l) => l !== k);
  const kd = detachTarget ? distillation : coupledDistillation;
  const toward = (other: tf.Tensor2D): tf.Scalar => kd(role, 'mutual', own, other, temperature, 1).value;
  const value = target === 'logitMean' ? toward(mean(others)) : mean(others.map(toward));
  const weight = target === 'pairwiseSum' ? others.length : 1;
  return [crossEntropy(role, own, labels), { role, name: 'mutual', value, weight }];
}
