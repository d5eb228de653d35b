import { readFileSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs-core';
import { loadLayersModel } from '@tensorflow/tfjs-layers';
import { expect } from 'vitest';
import { expectClose, normals } from '../../backends/ops/testing.ts';
import { weightedSum, type LossTerm } from '../../losses/terms.ts';
import { BATCH_NORM, classifier, conv, convRelu, POOL, RELU } from '../../models/layers.spec.ts';
import { layersModel } from '../../models/layersModel.ts';
import { mlp } from '../../models/mlp.spec.ts';
import type { Network, Parameter } from '../../models/network.ts';
import type { Backbone, Shape } from '../../models/spec.ts';
import { Stream } from '../../random/stream.ts';
import type { OptimizerOptions } from '../../schedules/stage.ts';
import { Optimizer } from '../../trainer/optimizer.ts';
import { disposeResult, outputsOf, runPhase } from '../../trainer/phase.ts';
import { declarationOf, methodOptions } from '../registry.options.ts';
import { algorithmOf } from '../registry.ts';
import type { Clock, Phase, PlainSamples, Stage, Training, TrainingBatch } from '../training.ts';

/** Numbers of a specification. @param name of its file */
export const fixture = (name: string): unknown =>
  JSON.parse(readFileSync(`test/fixtures/methods/${name}.json`, 'utf8'));

const listed = (values: unknown): number[] => {
  if (values instanceof tf.Tensor) return [...values.dataSync()];
  if (ArrayBuffer.isView(values)) return [...(values as Float32Array)];
  return Array.isArray(values) ? values.flatMap(listed) : [values as number];
};

/** Fails unless numbers agree, however nested: absolutely where they are small, else relatively. */
export function close(actual: unknown, expected: unknown, tolerance = 1e-5): void {
  expectClose(listed(actual), listed(expected), tolerance);
}

/** How far numbers are apart at most. */
export const farthest = (a: unknown, b: unknown): number => {
  const others = listed(b);
  return listed(a).reduce(
    (most, value, index) => Math.max(most, Math.abs(value - (others[index] ?? NaN))),
    0,
  );
};

export const number = (x: tf.Tensor | undefined): number => x?.dataSync()[0] ?? NaN;
export const rows = (values: readonly (readonly number[])[]): tf.Tensor2D =>
  tf.tensor2d(values.map((row) => [...row]));
export const classes = (labels: readonly number[]): tf.Tensor1D => tf.tensor1d([...labels], 'int32');

/** The value of one term. */
export const termOf = (terms: readonly LossTerm[], role: string, name: string): number =>
  number(terms.find((term) => term.role === role && term.name === name)?.value);

/** Σ weight · value of the terms of a role, or of all. */
export const totalOf = (terms: readonly LossTerm[], role?: string): number =>
  terms
    .filter((term) => role === undefined || term.role === role)
    .reduce((sum, { value, weight }) => sum + weight * number(value), 0);

/** Σ weight · value that knows every input, so that one that nothing leads to has a gradient of 0 instead of none. */
const lossOf = (terms: readonly LossTerm[], inputs: readonly tf.Tensor[]): tf.Scalar =>
  tf.add(weightedSum(terms), tf.mul(0, tf.addN(inputs.map((input) => tf.sum(input)))));

/** Gradients of the weighted sum of terms with respect to what they are made of. */
export const slopes = (
  make: (inputs: tf.Tensor2D[]) => readonly LossTerm[],
  inputs: readonly tf.Tensor2D[],
): number[][] =>
  tf
    .grads((...given) => lossOf(make(given as tf.Tensor2D[]), given))([...inputs])
    .map(listed);

export type Build = (input: Shape, classes: number) => Backbone;

/** Two small stages on images of 8 × 8 and more. @param width of the last */
export const images =
  (width = 6): Build =>
  (_input, outputs) => ({
    family: 'images',
    trunk: [
      { name: 'stem', layers: convRelu(3, 3) },
      { name: 'stage1.1', layers: convRelu(4, 3) },
    ],
    tail: [{ name: 'stage2.1', layers: [conv(width, 3, 2), BATCH_NORM, RELU] }, POOL],
    head: classifier(outputs),
  });

/** One shared layer of 5, one of 4 of its own. */
export const vectors: Build = (input, outputs) =>
  mlp({ name: 'mlp', trunk: [5], branch: [4] }, input, outputs);

/** A table of logits: what is said of sample n, which comes as an indicator, is row n of the kernel of `head`. */
export const table: Build = (_input, outputs) => ({
  family: 'table',
  trunk: [{ name: 'hidden', layers: [] }],
  tail: [],
  head: { name: 'head', layers: [{ kind: 'dense', units: outputs, bias: false }] },
});

/** What a {@link table} is asked by. */
export const indicators = (labels: readonly number[], views = 1): TrainingBatch => ({
  size: labels.length,
  views: Array.from({ length: views }, () => tf.eye(labels.length)),
  labels: classes(labels),
  samples: Uint32Array.from(labels, (_, index) => index),
});

/** Makes a branch of a network of {@link table} say these logits. */
export const say = (network: Network, logits: readonly (readonly number[])[], branch = 'main'): void => {
  network.set(`${branch}/head/0.dense/kernel`, Float32Array.from(logits.flat()));
};

/** What a method is built in; all of it has defaults. */
export interface World {
  readonly input?: Shape;
  readonly classes?: number;
  readonly seed?: number;
  /** Of every stage. */
  readonly epochs?: number;
  /** Backbones by name, those not named being `images`, or `vectors` where samples are. */
  readonly models?: Readonly<Record<string, Build>>;
}

type Settings = Readonly<Record<string, unknown>> & { readonly name: string };

/** A method's real algorithm on small networks. */
export function trained(settings: Settings, world: World = {}): Training {
  const { input = [8, 8, 2], classes: outputs = 3, seed = 4, epochs = 300, models = {} } = world;
  const options = methodOptions.parse(settings);
  const declaration = declarationOf(options.name);
  const fallback = input.length === 1 ? vectors : images();
  return algorithmOf(options)({
    options,
    seed,
    input,
    classes: outputs,
    trainSamples: 64,
    stages: declaration.stages.map(({ name }) => ({
      name,
      steps: epochs,
      epochs,
      schedule: { name: 'constant', warmupEpochs: 0 },
    })),
    modelNames:
      declaration.modelNames?.(options) ?? (declaration.models === 'any' ? ['student'] : declaration.models),
    backbone: (name, shape = input, count = outputs) => (models[name] ?? fallback)(shape, count),
    rng: (stream) => Stream.of(seed, `method/${stream}`),
  });
}

/** Standard normal samples, the same for the same name. */
export const samples = (name: string, size: number, input: Shape = [8, 8, 2]): tf.Tensor => {
  const shape = [size, ...input];
  return tf.tensor(
    normals(
      name,
      shape.reduce((a, b) => a * b, 1),
    ),
    shape,
  );
};

/** A batch with views of its own. */
export const batchOf = (name = 'batch', { size = 6, views = 3, input = [8, 8, 2] } = {}): TrainingBatch => ({
  size,
  views: Array.from({ length: views }, (_, view) => samples(`${name} ${view}`, size, input)),
  labels: classes(Array.from({ length: size }, (_, index) => index % 3)),
  samples: Uint32Array.from({ length: size }, (_, index) => index),
});

export const clockOf = (stage: string, step = 0, epoch = 0): Clock => ({
  step,
  stageStep: step,
  epoch,
  stage,
});

export const stageOf = ({ stages }: Training, name: string): Stage => {
  const stage = stages.find((each) => each.name === name);
  if (!stage) throw new Error(`There is no stage ${name}.`);
  return stage;
};

export const networkOf = ({ networks }: Training, name: string): Network => {
  const network = networks[name];
  if (!network) throw new Error(`There is no network ${name}.`);
  return network;
};

/** Every value of a network by tensor, running statistics included. */
export const valuesOf = (network: Network): Record<string, number[]> =>
  Object.fromEntries(network.declarations.map(({ name }) => [name, listed(network.variable(name))]));

/** The same of trainable tensors alone, in their order. */
export const weightsOf = (network: Network): number[] =>
  network.parameters().flatMap(({ variable }) => listed(variable));

/** Gradients by `<network>/<parameter>` of a phase's loss, or of some of its terms. */
export function gradientsOf(
  phase: Phase | undefined,
  batch: TrainingBatch,
  parameters: readonly Parameter[],
  only: (term: LossTerm) => boolean = () => true,
  clock = clockOf('training'),
): Map<string, number[]> {
  if (!phase) throw new Error('There is no such phase.');
  const targets = phase.targets?.(batch, clock) ?? [];
  const variables = parameters.map(({ variable }) => variable);
  const { grads } = tf.variableGrads(
    () => lossOf(phase.forward(batch, clock, targets).terms.filter(only), variables),
    variables,
  );
  return new Map(
    parameters.map(({ network, name, variable }) => [`${network}/${name}`, listed(grads[variable.name])]),
  );
}

/** Terms of a phase's loss as its networks stand. */
export function termsAt(
  phase: Phase | undefined,
  batch: TrainingBatch,
  clock = clockOf('training'),
): LossTerm[] {
  if (!phase) throw new Error('There is no such phase.');
  return [...phase.forward(batch, clock, phase.targets?.(batch, clock) ?? []).terms];
}

/** Whether a gradient is exactly zero, everywhere. */
export const untouched = (gradients: ReadonlyMap<string, number[]>): boolean =>
  [...gradients.values()].flat().every((value) => value === 0);

/** Names of what no gradient has reached. */
export const unreached = (gradients: ReadonlyMap<string, number[]>): string[] =>
  [...gradients].filter(([, gradient]) => gradient.every((value) => value === 0)).map(([name]) => name);

export const SGD = {
  name: 'sgd',
  learningRate: 0.1,
  momentum: 0.9,
  nesterov: true,
  weightDecay: 5e-4,
} as const satisfies OptimizerOptions;

const NO_SAMPLES: PlainSamples = {
  count: () => 0,
  batches: () => {
    throw new Error('These tests have no samples.');
  },
};

/** What a step has found: terms as `<role>/<name>`, logits by role. */
export interface Taken {
  readonly total: number;
  readonly terms: Readonly<Record<string, number>>;
  readonly outputs: Readonly<Record<string, number[]>>;
}

/** Steps through a stage as the loop does, without its files. */
export class Steps {
  readonly #optimizers = new Map<string, Optimizer>();
  #step = 0;

  constructor(
    readonly stage: Stage,
    readonly options: OptimizerOptions = SGD,
    readonly plain: PlainSamples = NO_SAMPLES,
  ) {}

  /** @param epoch absent: 0 */
  async take(batch: TrainingBatch, epoch = 0): Promise<Taken> {
    const { stage } = this;
    const clock = clockOf(stage.name, this.#step, epoch);
    if (this.#step++ === 0) await stage.begin?.(this.plain);
    await stage.beforeStep?.(clock, this.plain);
    const results = stage.phases
      .filter((phase) => phase.active?.(clock) ?? true)
      .map((phase) =>
        runPhase(phase, batch, clock, (group) => {
          const optimizer = this.#optimizer(group);
          return { optimizer, learningRate: optimizer.learningRate(0, 1) };
        }),
      );
    tf.tidy(() => stage.afterStep?.(clock, tf.scalar(1)));
    const outputs = outputsOf(results);
    await stage.record?.({ batch, outputs }, clock);
    const taken = {
      total: results.reduce((sum, { total }) => sum + number(total), 0),
      terms: Object.fromEntries(
        results.flatMap(({ terms }) =>
          terms.map(({ role, name, value }) => [`${role}/${name}`, number(value)]),
        ),
      ),
      outputs: Object.fromEntries(Object.entries(outputs).map(([role, logits]) => [role, listed(logits)])),
    };
    results.forEach(disposeResult);
    return taken;
  }

  #optimizer(group: string): Optimizer {
    const known = this.#optimizers.get(group);
    if (known) return known;
    const options = this.stage.optimizers?.[group]?.(this.options) ?? this.options;
    const made = new Optimizer(options, { name: 'constant', warmupEpochs: 0 });
    this.#optimizers.set(group, made);
    return made;
  }
}

/** Logits of a role that is a path of one network, as an evaluation finds them. */
export function predicted(training: Training, x: tf.Tensor): Readonly<Record<string, tf.Tensor2D>> {
  if (training.evaluation.kind !== 'classification') throw new Error('The method does not classify.');
  return training.evaluation.predict(x, null);
}

/** A branch as it is exported, loaded by nothing but TF.js: its logits and how many trainable numbers it has. */
export async function exported(
  network: Network,
  output: string,
  x: tf.Tensor,
): Promise<{ readonly logits: tf.Tensor; readonly parameters: number }> {
  const { topology, weights } = layersModel(network.spec, [output]);
  const loaded = await loadLayersModel(
    tf.io.fromMemory({
      modelTopology: topology,
      weightSpecs: weights.map(({ name, shape }) => ({ name, shape: [...shape], dtype: 'float32' as const })),
      weightData: Float32Array.from(weights.flatMap(({ tensor }) => listed(network.variable(tensor)))).buffer,
    }),
  );
  const statistics = new Set(network.trace.statistics.map(({ name }) => name));
  const parameters = weights.reduce(
    (sum, { tensor }) => sum + (statistics.has(tensor) ? 0 : network.variable(tensor).size),
    0,
  );
  return { logits: loaded.predict(x) as tf.Tensor, parameters };
}

/** A function of one entry of some rows has the slope that its gradient says, as central differences see it. */
export function expectSlope(
  value: (x: tf.Tensor2D) => number,
  at: tf.Tensor2D,
  gradient: readonly number[],
  tolerance = 5e-3,
  step = 1e-2,
): void {
  const given = listed(at);
  given.forEach((_, index) => {
    const moved = (distance: number): number =>
      value(
        tf.tensor2d(
          given.map((v, i) => (i === index ? v + distance : v)),
          at.shape,
        ),
      );
    const slope = (moved(step) - moved(-step)) / (2 * step);
    expect(Math.abs(slope - (gradient[index] ?? NaN))).toBeLessThan(tolerance);
  });
}
