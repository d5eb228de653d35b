import * as tf from '@tensorflow/tfjs-core';
import { allFinite } from '../backends/ops/index.ts';
import { weightedSum, type LossTerm } from '../losses/terms.ts';
import type { Clock, Forward, Phase, TrainingBatch } from '../methods/training.ts';
import type { Optimizer } from './optimizer.ts';

/** What a phase did, still on the device; the caller disposes `tensors`. */
export interface PhaseResult {
  readonly total: tf.Scalar;
  readonly terms: readonly LossTerm[];
  readonly outputs: Readonly<Record<string, tf.Tensor2D>>;
  readonly measures: Readonly<Record<string, tf.Scalar>>;
  /** 1 where loss and gradients are finite and the update was made, else 0. */
  readonly finite: tf.Scalar;
}

/**
 * Forward, backward and update of one phase. A step whose loss or gradients are not finite changes nothing: the update
 * is gated on the device, without reading anything back.
 */
export function runPhase(
  phase: Phase,
  batch: TrainingBatch,
  clock: Clock,
  optimizer: Optimizer,
  learningRate: number,
): PhaseResult {
  let result: PhaseResult | undefined;
  tf.tidy(() => {
    const targets = tf.tidy(() => [...(phase.targets?.(batch, clock) ?? [])]);
    const parameters = phase.parameters(clock);
    const variables = parameters.map(({ variable }) => variable);
    let forward: Forward | undefined;
    const { value, grads } = tf.variableGrads(() => {
      forward = phase.forward(batch, clock, targets);
      for (const { value: term } of forward.terms) tf.keep(term);
      for (const output of Object.values(forward.outputs ?? {})) tf.keep(output);
      for (const measure of Object.values(forward.measures ?? {})) tf.keep(measure);
      return weightedSum(forward.terms);
    }, variables);
    const { terms = [], outputs = {}, measures = {} } = forward ?? {};
    const raw = variables.map((variable) => grads[variable.name] ?? tf.zerosLike(variable));
    const finite = allFinite([value, ...raw]);
    const gradients = phase.gradientNorm === undefined ? raw : shortened(raw, phase.gradientNorm);
    optimizer.apply(parameters, gradients, learningRate, finite);
    result = { total: tf.keep(value), terms, outputs, measures, finite: tf.keep(finite) };
  });
  if (!result) throw new Error(`The phase ${phase.name} gave no result.`);
  return result;
}

/** All gradients by one factor, so that together they are no longer than `longest`. */
function shortened(gradients: readonly tf.Tensor[], longest: number): tf.Tensor[] {
  const length = tf.sqrt(tf.addN(gradients.map((each) => tf.sum(tf.square(each)))));
  const factor = tf.minimum(1, tf.div(longest, tf.add(length, 1e-6)));
  return gradients.map((each) => tf.mul(each, factor));
}

export function disposeResult({ total, terms, outputs, measures, finite }: PhaseResult): void {
  tf.dispose([
    total,
    finite,
    ...terms.map(({ value }) => value),
    ...Object.values(outputs),
    ...Object.values(measures),
  ]);
}
