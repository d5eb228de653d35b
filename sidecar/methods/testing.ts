import { readFileSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs-core';
import { expect } from 'vitest';
import { normalTensor } from '../backends/ops/testing.ts';
import { weightedSum, type LossTerm } from '../losses/terms.ts';
import type { Network, Parameter } from '../models/network.ts';
import type { Backbone, Shape } from '../models/spec.ts';
import { Stream } from '../random/stream.ts';
import { Optimizer } from '../trainer/optimizer.ts';
import { disposeResult, outputsOf, runPhase } from '../trainer/phase.ts';
import type {
  Clock,
  MethodContext,
  Phase,
  PlainBatch,
  PlainSamples,
  PlainSplit,
  Stage,
  StageLength,
  TrainingBatch,
} from './training.ts';

/** What tests of methods share: fixtures, a context without an experiment file, steps as the loop makes them. */

const CONSTANT = { name: 'constant', warmupEpochs: 0 } as const;

/** The numbers that a method's specification gives. @param name of a file in test/fixtures/methods */
export const fixture = (name: string): unknown =>
  JSON.parse(readFileSync(`test/fixtures/methods/${name}.json`, 'utf8'));

export const flat = (values: unknown): number[] => [values].flat(Infinity) as number[];

/** Fails unless all numbers agree within an absolute `tolerance`. @param actual and expected: nested as they like */
export function close(actual: unknown, expected: unknown, tolerance = 1e-5): void {
  const [own, wanted] = [flat(actual), flat(expected)];
  expect(own.length).toBe(wanted.length);
  const worst = own.reduce((most, value, index) => {
    const distance = Math.abs(value - (wanted[index] ?? NaN));
    return Number.isNaN(distance) ? Infinity : Math.max(most, distance);
  }, 0);
  expect(worst, `${own.slice(0, 12).join(', ')} for ${wanted.slice(0, 12).join(', ')}`).toBeLessThanOrEqual(
    tolerance,
  );
}

/** Euclidean length. */
export const lengthOf = (values: ArrayLike<number>): number => Math.hypot(...Array.from(values));

export interface Setting {
  /** By the names of `models`. */
  readonly models: Readonly<Record<string, Backbone>>;
  readonly input: Shape;
  readonly classes?: number;
  /** Epochs by stage, in order. */
  readonly stages: Readonly<Record<string, number>>;
  readonly stepsPerEpoch?: number;
  readonly schedule?: StageLength['schedule'];
  readonly seed?: number;
  readonly trainSamples?: number;
  readonly rng?: (stream: string) => Stream;
}

/** A method's context without an experiment file. */
export const contextOf = <Options>(
  options: Options,
  {
    models,
    input,
    classes = 3,
    stages,
    stepsPerEpoch = 1,
    schedule = CONSTANT,
    seed = 4,
    trainSamples = 64,
    rng = (stream) => Stream.of(seed, stream),
  }: Setting,
): MethodContext<Options> => ({
  options,
  seed,
  input,
  classes,
  trainSamples,
  stages: Object.entries(stages).map(([name, epochs]) => ({
    name,
    epochs,
    steps: epochs * stepsPerEpoch,
    schedule,
  })),
  modelNames: Object.keys(models),
  backbone: (model) => {
    const found = models[model];
    if (!found) throw new Error(`The test has no model ${model}.`);
    return found;
  },
  rng,
});

/** A batch of one view. @param samples absent: 0, 1, 2, … */
export const batchOf = (
  x: tf.Tensor,
  labels: readonly number[],
  samples: readonly number[] = labels.map((_, index) => index),
): TrainingBatch => ({
  size: labels.length,
  views: [x],
  labels: tf.tensor1d([...labels], 'int32'),
  samples: Uint32Array.from(samples),
});

/** Normal numbers with labels 0, 1, 2, 0, …: the same for the same name. */
export const noise = (name: string, size: number, shape: Shape, classes = 3): TrainingBatch =>
  batchOf(
    normalTensor(name, [size, ...shape] as never),
    Array.from({ length: size }, (_, index) => index % classes),
  );

/** Batches as samples of both splits, in inference order. */
export const plainSamples = (batches: readonly TrainingBatch[]): PlainSamples => ({
  count: () => batches.reduce((sum, { size }) => sum + size, 0),
  // eslint-disable-next-line @typescript-eslint/require-await
  batches: async function* (_split: PlainSplit, limit = Infinity): AsyncGenerator<PlainBatch> {
    let left = limit;
    for (const { views, labels, samples, size } of batches) {
      const taken = Math.min(size, left);
      if (taken === 0) return;
      left -= taken;
      const [view] = views;
      if (!view) throw new Error('The batch has no view.');
      yield { x: tf.slice(view, [0], [taken]), labels: tf.slice(labels, [0], [taken]), samples };
    }
  },
});

export const clockOf = (stage: string, stageStep = 0, epoch = 0): Clock => ({
  step: stageStep,
  stageStep,
  epoch,
  stage,
});

export const stageOf = (training: { readonly stages: readonly Stage[] }, name: string): Stage => {
  const found = training.stages.find((stage) => stage.name === name);
  if (!found) throw new Error(`There is no stage ${name}.`);
  return found;
};

export const phaseOf = (training: { readonly stages: readonly Stage[] }, name: string): Phase => {
  const [phase] = stageOf(training, name).phases;
  if (!phase) throw new Error(`The stage ${name} has no phase.`);
  return phase;
};

export const networkOf = (
  training: { readonly networks: Readonly<Record<string, Network>> },
  name: string,
): Network => {
  const found = training.networks[name];
  if (!found) throw new Error(`There is no network ${name}.`);
  return found;
};

/** Every saved tensor of a network, running statistics included. */
export const valuesOf = (network: Network): Record<string, number[]> =>
  Object.fromEntries(network.declarations.map(({ name }) => [name, [...network.variable(name).dataSync()]]));

export function setValues(network: Network, values: Readonly<Record<string, unknown>>): void {
  for (const [name, numbers] of Object.entries(values)) network.set(name, Float32Array.from(flat(numbers)));
}

/** Gives every network values of its own, as if it had been trained: running statistics are not those of the start. */
export function scramble(network: Network, name = network.name): void {
  for (const declaration of network.declarations) {
    const stream = Stream.of(9, `${name}/${declaration.name}`);
    const before = network.variable(declaration.name).dataSync();
    network.set(
      declaration.name,
      Float32Array.from(before, (value, index) => {
        const u = stream.uniform(index);
        return value === 0 ? (u - 0.5) / 2 : value * (0.75 + u / 2);
      }),
    );
  }
}

/** Values of a phase's terms by `<role>/<name>`, and their weighted sum. */
export function lossOf(
  phase: Phase,
  batch: TrainingBatch,
  clock: Clock,
): {
  readonly total: number;
  readonly terms: Readonly<Record<string, LossTerm & { readonly number: number }>>;
} {
  return tf.tidy(() => {
    const { terms } = phase.forward(batch, clock, phase.targets?.(batch, clock) ?? []);
    return {
      total: weightedSum(terms).dataSync()[0] ?? NaN,
      terms: Object.fromEntries(
        terms.map((term) => [
          `${term.role}/${term.name}`,
          { ...term, number: term.value.dataSync()[0] ?? NaN },
        ]),
      ),
    };
  });
}

/** Gradients of a phase's loss by `<network>/<parameter>`, zeros where none arrives. @param pick of the terms; absent: all */
export function gradientsOf(
  phase: Phase,
  batch: TrainingBatch,
  clock: Clock,
  parameters: readonly Parameter[],
  pick: (term: LossTerm) => boolean = () => true,
): Record<string, number[]> {
  return tf.tidy(() => {
    const targets = phase.targets?.(batch, clock) ?? [];
    const { grads } = tf.variableGrads(
      () => weightedSum(phase.forward(batch, clock, targets).terms.filter(pick)),
      parameters.map(({ variable }) => variable),
    );
    return Object.fromEntries(
      parameters.map(({ network, name, variable }) => [
        `${network}/${name}`,
        [...(grads[variable.name] ?? tf.zerosLike(variable)).dataSync()],
      ]),
    );
  });
}

export interface Stepped {
  readonly total: number;
  /** By `<role>/<name>`. */
  readonly terms: Readonly<Record<string, number>>;
  readonly outputs: Readonly<Record<string, number[]>>;
}

export interface Steps {
  readonly learningRate?: number;
  readonly momentum?: number;
  readonly nesterov?: boolean;
  readonly weightDecay?: number;
  readonly stepsPerEpoch?: number;
  readonly samples?: PlainSamples;
  /** Absent: after the stage has begun, as it stands. */
  readonly from?: number;
  readonly optimizer?: Optimizer;
}

export const sgd = ({
  learningRate = 0.05,
  momentum = 0.9,
  nesterov = false,
  weightDecay = 0,
}: Steps = {}): Optimizer =>
  new Optimizer({ name: 'sgd', learningRate, momentum, nesterov, weightDecay }, CONSTANT);

/** Steps of a stage as the loop makes them, one for each batch. @param settings `from`: steps that were made before; not begun then */
export async function runStage(
  stage: Stage,
  batches: readonly TrainingBatch[],
  settings: Steps = {},
): Promise<Stepped[]> {
  const { stepsPerEpoch = batches.length, samples = plainSamples(batches), from = 0 } = settings;
  const optimizer = settings.optimizer ?? sgd(settings);
  if (from === 0) await stage.begin?.(samples);
  const stepped: Stepped[] = [];
  for (const [index, batch] of batches.entries()) {
    const stageStep = from + index;
    const clock = clockOf(stage.name, stageStep, Math.floor(stageStep / stepsPerEpoch));
    await stage.beforeStep?.(clock, samples);
    const results = stage.phases
      .filter((phase) => phase.active?.(clock) ?? true)
      .map((phase) =>
        runPhase(phase, batch, clock, () => ({ optimizer, learningRate: optimizer.learningRate(0, 1) })),
      );
    stage.afterStep?.(clock, results[0]?.finite ?? null);
    const outputs = outputsOf(results);
    await stage.record?.({ batch, outputs }, clock);
    stepped.push({
      total: results.reduce((sum, { total }) => sum + (total.dataSync()[0] ?? NaN), 0),
      terms: Object.fromEntries(
        results.flatMap(({ terms }) =>
          terms.map(({ role, name, value }) => [`${role}/${name}`, value.dataSync()[0] ?? NaN]),
        ),
      ),
      outputs: Object.fromEntries(
        Object.entries(outputs).map(([role, logits]) => [role, [...logits.dataSync()]]),
      ),
    });
    results.forEach(disposeResult);
  }
  return stepped;
}
