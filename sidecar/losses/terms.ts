import * as tf from '@tensorflow/tfjs-core';
import { distillationKl, divergence, softmaxCrossEntropy } from '../backends/ops/index.ts';

/** One named addend of a role's loss; the loop minimises Σ weight · value over all terms of a phase. */
export interface LossTerm {
  readonly role: string;
  /** Lower camel case; logged as `train/<role>/loss/<name>` and `…/weight/<name>`. */
  readonly name: string;
  readonly value: tf.Scalar;
  readonly weight: number;
}

/** CE(z, y): mean over the batch, natural logarithm. @param labels int32 [batch] */
export function crossEntropy(role: string, logits: tf.Tensor2D, labels: tf.Tensor1D, weight = 1): LossTerm {
  return { role, name: 'crossEntropy', value: softmaxCrossEntropy(logits, labels), weight };
}

/** KD(s ‖ g) of dkel.md §1: T² inside, batch mean, class sum; the target is a constant. */
export function distillation(
  role: string,
  name: string,
  logits: tf.Tensor2D,
  target: tf.Tensor2D,
  temperature: number,
  weight: number,
): LossTerm {
  return { role, name, value: distillationKl(logits, target, temperature), weight };
}

/** The same with a target that is no constant: gradients flow into both. */
export function coupledDistillation(
  role: string,
  name: string,
  logits: tf.Tensor2D,
  target: tf.Tensor2D,
  temperature: number,
  weight: number,
): LossTerm {
  return { role, name, value: tf.mul(divergence(logits, target, temperature), temperature ** 2), weight };
}

/** Mean over all elements of (a − b)². */
export const meanSquared = (a: tf.Tensor, b: tf.Tensor): tf.Scalar => tf.mean(tf.square(tf.sub(a, b)));

export const mean = <T extends tf.Tensor>(tensors: readonly T[]): T =>
  tensors.length === 1 ? (tensors[0] as T).clone() : tf.div(tf.addN([...tensors]), tensors.length);

/** Σ weight · value: what a phase minimises. */
export const weightedSum = (terms: readonly LossTerm[]): tf.Scalar =>
  tf.addN(terms.map(({ value, weight }) => tf.mul(value, weight)));
