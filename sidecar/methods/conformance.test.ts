import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { classifying, experimentOf, sideFor, type Variant } from '../../test/support/methodVariants.ts';
import { use } from '../backends/ops/testing.ts';
import { parseExperiment, type ResolvedExperiment } from '../config/load.ts';
import { makeSynthetic } from '../datasets/synthetic.ts';
import { INFERENCE, type Network } from '../models/network.ts';
import { plainSamplesOf } from '../trainer/plainSamples.ts';
import { trainingOf } from '../trainer/session.ts';
import { close, samples, SGD, Steps, valuesOf } from './parts/testing.ts';
import type { Stage, Training, TrainingBatch } from './training.ts';

const BATCH = 4;
/** Without momentum: its slots are made when a parameter first takes part, which is no leak. */
const PLAIN = { ...SGD, learningRate: 0.02, momentum: 0, nesterov: false } as const;

/** @param steps of every stage, each an epoch */
const resolvedOf = (variant: Variant, seed = 3, steps = 2): ResolvedExperiment => {
  const more = { training: { epochs: steps, epochSteps: 1, batchSize: BATCH, seed, validation: 24 } };
  const text = JSON.stringify(experimentOf(variant, sideFor(variant), more));
  const { resolved, findings } = parseExperiment('conformance.distill.json', text);
  if (!resolved) throw new Error(JSON.stringify(findings));
  return resolved;
};

/** A variant's method with what it reads between steps; nothing of a run. */
function started(variant: Variant, seed = 3, steps = 2) {
  const resolved = resolvedOf(variant, seed, steps);
  const { dataset } = resolved.experiment;
  if (dataset?.name !== 'synthetic') throw new Error('The variants are on synthetic data.');
  const validation = Uint32Array.from({ length: 24 }, (_, index) => index);
  const plain = plainSamplesOf({ dataset: makeSynthetic(dataset, seed), validation }, BATCH);
  const training = trainingOf(resolved);
  const input = [...dataset.shape];
  const batch = (stage: Stage, step: number): TrainingBatch => ({
    size: BATCH,
    views: Array.from({ length: Math.max(...stage.phases.map(({ views }) => views)) }, (_, view) =>
      samples(`${stage.name} ${step} ${view}`, BATCH, input),
    ),
    labels: tf.tensor1d([0, 1, 2, 0], 'int32'),
    samples: Uint32Array.from({ length: BATCH }, (_, index) => 30 + ((step * BATCH + index) % 40)),
  });
  /** Stages that a run of it has, in their order. */
  const stages = training.stages.filter((_, index) => (resolved.plan.stages[index]?.steps ?? 0) > 0);
  return { training, stages, steps, plain, batch, input };
}
type Started = ReturnType<typeof started>;

const dispose = ({ views, labels }: TrainingBatch): void => {
  tf.dispose([...views, labels]);
};

function classification({ evaluation }: Training) {
  if (evaluation.kind !== 'classification') throw new Error('The method does not classify.');
  return evaluation;
}

/** A look at the roles of a stage, as an evaluation takes it. */
async function evaluated({ training, plain, input }: Started, stage: Stage, step: number): Promise<string[]> {
  const evaluation = classification(training);
  const clock = { step, stageStep: step, epoch: step - 1, stage: stage.name };
  await evaluation.prepare?.(clock, plain);
  const x = samples('evaluated', BATCH, input);
  const logits = tf.tidy(() =>
    Object.fromEntries(
      Object.entries(evaluation.predict(x, stage.name)).map(([role, each]) => [
        role,
        each.dataSync<'float32'>(),
      ]),
    ),
  );
  x.dispose();
  const crossEntropy = Object.fromEntries(Object.keys(logits).map((role) => [role, 1 / step]));
  await evaluation.observe?.({ clock, logits, labels: Int32Array.of(0, 1, 2, 0), crossEntropy }, plain);
  return Object.keys(logits);
}

/** All steps of every stage. @param after what is to be seen after a step */
async function run(
  method: Started,
  after: (stage: Stage, step: number) => Promise<void> | void = () => undefined,
): Promise<void> {
  for (const stage of method.stages) {
    const through = new Steps(stage, PLAIN, method.plain);
    for (let step = 1; step <= method.steps; step++) {
      const batch = method.batch(stage, step);
      await through.take(batch, step - 1);
      dispose(batch);
      await after(stage, step);
    }
  }
}

const all = ({ networks }: Training): Record<string, Record<string, number[]>> =>
  Object.fromEntries(Object.entries(networks).map(([name, network]) => [name, valuesOf(network)]));

/** Logits of a branch or join of a network, by its blocks alone. */
function alongPath(network: Network, output: string, x: tf.Tensor): tf.Tensor2D {
  const trunk = network.trunk(x, INFERENCE);
  const join = network.spec.joins.find(({ name }) => name === output);
  if (!join) return network.branch(output, trunk, INFERENCE).logits;
  return network.join(
    output,
    join.from.map((branch) => network.branch(branch, trunk, INFERENCE).features),
    INFERENCE,
  );
}

describe.each(classifying.map((variant) => [variant.title, variant] as const))('%s', (_title, variant) => {
  beforeAll(() => use('wasm'));
  afterEach(() => {
    tf.disposeVariables();
  });

  it('leaves no tensor behind, by steps, evaluations and hooks', async () => {
    const method = started(variant, 3, 4);
    const counts: Record<string, number[]> = {};
    await run(method, async (stage, step) => {
      await evaluated(method, stage, step);
      if (step % 2 === 0) (counts[stage.name] ??= []).push(tf.memory().numTensors);
    });
    expect(Object.keys(counts)).toEqual(method.stages.map(({ name }) => name));
    for (const [, [second, fourth]] of Object.entries(counts)) expect(fourth).toBe(second);
  });

  it('leaves networks of which no phase lists a parameter as they are, bit for bit', async () => {
    const method = started(variant);
    const { training } = method;
    for (const stage of method.stages) {
      let before = all(training);
      const listed = new Set<string>();
      const watched: Stage = {
        ...stage,
        // What a stage begins with is its own to say.
        begin: async (plain) => {
          await stage.begin?.(plain);
          before = all(training);
        },
        phases: stage.phases.map((phase) => ({
          ...phase,
          parameters: (clock) => {
            const parameters = phase.parameters(clock);
            for (const { network } of parameters) listed.add(network);
            return parameters;
          },
        })),
      };
      await run({ ...method, stages: [watched] });
      expect(listed.size).toBeGreaterThan(0);
      if (stage.afterStep) continue;
      const after = all(training);
      for (const name of Object.keys(after))
        if (!listed.has(name)) expect([name, after[name]]).toEqual([name, before[name]]);
    }
  });

  it('has roles whose paths exist and say what the evaluation says', async () => {
    const method = started(variant);
    const { training, input } = method;
    // Running statistics other than 0 and 1.
    await run(method);
    const x = samples('x', BATCH, input);
    const answers = classification(training).predict(x, null);
    expect(Object.keys(answers).sort()).toEqual(training.roles.map(({ id }) => id).sort());
    for (const { id, path } of training.roles) {
      if (!path) continue;
      const network = training.networks[path.network];
      if (!network) throw new Error(`${id} is on ${path.network}, which is not there.`);
      close(alongPath(network, path.output, x), answers[id]);
    }
  });

  it('predicts in its last stage the roles that are chosen among', async () => {
    const method = started(variant);
    const [last] = method.stages.slice(-1);
    if (!last) throw new Error('There is no stage.');
    const { best } = classification(method.training);
    expect(best.among.length).toBeGreaterThan(0);
    expect(await evaluated(method, last, 1)).toEqual(expect.arrayContaining([...best.among]));
  });

  it('declares every role of its algorithm, and in that kind', () => {
    const { plan, experiment } = resolvedOf(variant);
    const { method } = experiment;
    const { declaration, models } = plan;
    const kinds = (roles: readonly { id: string; kind: string }[]): string[] =>
      roles
        // Where heads can be put depends on the teacher's stages, of which a declaration knows nothing.
        .filter(({ id }) => method.name !== 'dih' || !/^head\d+$/u.test(id))
        .map(({ id, kind }) => `${id}: ${kind}`)
        .sort();
    expect(kinds(started(variant).training.roles)).toEqual(
      kinds(declaration.roles(method, [...models.keys()])),
    );
  });

  it('comes to the same by the same seed, and to other values by another', async () => {
    const after = async (seed: number) => {
      const method = started(variant, seed);
      await run(method);
      return all(method.training);
    };
    const [one, again, other] = [await after(3), await after(3), await after(4)];
    expect(again).toEqual(one);
    for (const [name, values] of Object.entries(one))
      // An identity has nothing to draw.
      if (Object.keys(values).length > 0) expect([name, other[name]]).not.toEqual([name, values]);
  });
});
