import * as tf from '@tensorflow/tfjs-core';
import { allFinite } from '../backends/ops/index.ts';
import { weightedSum, type LossTerm } from '../losses/terms.ts';
import type { Clock, Forward, Phase, TrainingBatch } from '../methods/training.ts';
import type { Parameter } from '../models/network.ts';
import type { Optimizer } from './optimizer.ts';

/** An optimiser group at a step. */
export interface Updater {
  readonly optimizer: Optimizer;
  readonly learningRate: number;
}

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
  updaterOf: (group: string) => Updater,
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
    for (const [group, members] of grouped(parameters, phase.optimizer)) {
      const { optimizer, learningRate } = updaterOf(group);
      const own = members.map((index) => gradients[index] as tf.Tensor);
      optimizer.apply(
        members.map((index) => parameters[index] as Parameter),
        own,
        learningRate * (phase.rate ?? 1),
        finite,
      );
    }
    result = { total: tf.keep(value), terms, outputs, measures, finite: tf.keep(finite) };
  });
  if (!result) throw new Error(`The phase ${phase.name} gave no result.`);
  return result;
}

/** Positions in `parameters` by optimiser group. */
function grouped(parameters: readonly Parameter[], usual: string): Map<string, number[]> {
  const groups = new Map<string, number[]>();
  parameters.forEach(({ group = usual }, index) => {
    groups.set(group, [...(groups.get(group) ?? []), index]);
  });
  return groups;
}

/** Outputs of all phases; a later one's stand for an earlier one's of the same role. */
export const outputsOf = (results: readonly PhaseResult[]): Record<string, tf.Tensor2D> =>
  Object.fromEntries(results.flatMap(({ outputs }) => Object.entries(outputs)));

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
