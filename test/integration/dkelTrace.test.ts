import { readFileSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { prepareBackend } from '../../sidecar/backends/prepare.ts';
import { dkel } from '../../sidecar/methods/dkel/index.ts';
import { dkelOptions } from '../../sidecar/methods/dkel/options.ts';
import type { TrainingBatch } from '../../sidecar/methods/training.ts';
import { mlp } from '../../sidecar/models/mlp.spec.ts';
import type { Network } from '../../sidecar/models/network.ts';
import { Optimizer } from '../../sidecar/trainer/optimizer.ts';
import { disposeResult, runPhase, type Updater } from '../../sidecar/trainer/phase.ts';

type Weights = Record<string, number[] | number[][]>;
interface Step {
  epoch: number;
  omega: number;
  lambda: number;
  ema_alpha: number;
  peer_logits: number[][][];
  ensemble_logits: number[][];
  teacher_logits: number[][][];
  loss_total: number;
  student_after: Weights;
  teacher_after: Weights;
}
interface TraceFixture {
  meta: {
    init_params: Weights;
    batches: { views: number[][][]; labels: number[] }[];
    hyper: Record<string, number>;
  };
  runs: Record<string, { init: number[]; teacher_after_init: Weights; steps: Step[] }>;
}
const { training_trace: trace } = JSON.parse(readFileSync('test/fixtures/methods/dkel.json', 'utf8')) as {
  training_trace: TraceFixture;
};

/** The fixture's parameter names beside ours. */
const NAMES: Record<string, string> = {
  'trunk.W': 'trunk/hidden/0.dense/kernel',
  'trunk.b': 'trunk/hidden/0.dense/bias',
  'en.W': 'ensemble/head/0.dense/kernel',
  'en.b': 'ensemble/head/0.dense/bias',
  ...Object.fromEntries(
    [1, 2, 3].flatMap((j) => [
      [`b${j}.W`, `branch${j}/hidden/0.dense/kernel`],
      [`b${j}.b`, `branch${j}/hidden/0.dense/bias`],
      [`fc${j}.W`, `branch${j}/head/0.dense/kernel`],
      [`fc${j}.b`, `branch${j}/head/0.dense/bias`],
    ]),
  ),
};
const flat = (value: unknown): number[] => (value as number[]).flat(Infinity);

function setWeights(network: Network, weights: Weights): void {
  for (const [key, values] of Object.entries(weights))
    network.set(NAMES[key] ?? '', Float32Array.from(flat(values)));
}
function expectWeights(network: Network, weights: Weights, tolerance: number): void {
  for (const [key, values] of Object.entries(weights))
    expectClose(network.variable(NAMES[key] ?? '').dataSync(), values, tolerance);
}
function expectClose(actual: ArrayLike<number>, expected: unknown, tolerance: number): void {
  const wanted = flat(expected);
  expect(actual.length).toBe(wanted.length);
  for (const [index, value] of wanted.entries())
    expect(Math.abs((actual[index] ?? NaN) - value)).toBeLessThanOrEqual(tolerance);
}

const updater = (optimizer: Optimizer): Updater => ({
  optimizer,
  learningRate: optimizer.learningRate(0, 1),
});

describe.each(['cpu', 'wasm'] as const)('the three-step training trace on %s', (backend) => {
  beforeAll(async () => {
    await prepareBackend(backend, { env: {} });
  });

  it.each([
    ['default', 'keepInit'],
    ['released_ema', 'overwriteFirst'],
    ['constant_ema', 'none'],
  ] as const)('%s: losses, logits and weights', (run, warmup) => {
    const { hyper, batches, init_params: initial } = trace.meta;
    const expected = trace.runs[run];
    if (!expected) throw new Error(`no run ${run}`);
    const options = dkelOptions.parse({
      name: 'dkel',
      omegaMax: hyper['omega_max'],
      rampEpochs: hyper['ramp_alpha'],
      decayRate: hyper['ensemble_decay'],
      temperature: hyper['temperature'],
      ema: { beta: hyper['ema_beta'], warmup },
    });
    const training = dkel({
      options,
      seed: 0,
      input: [4],
      classes: 3,
      trainSamples: 0,
      stages: [
        { name: 'teacherInit', steps: 2, epochs: 2, schedule: { name: 'constant', warmupEpochs: 0 } },
        { name: 'distillation', steps: 3, epochs: 3, schedule: { name: 'constant', warmupEpochs: 0 } },
      ],
      modelNames: ['student'],
      backbone: () => mlp({ name: 'mlp', trunk: [5], branch: [3] }, [4], 3),
      rng: () => {
        throw new Error('DKEL draws nothing');
      },
    });
    const { student, teacher } = training.networks as { student: Network; teacher: Network };
    setWeights(student, initial);
    teacher.copyFrom(student);
    const batch = (index: number): TrainingBatch => {
      const { views, labels } = batches[index] ?? { views: [], labels: [] };
      // Stored as [sample][view][feature] or [view][sample][feature]: three views of four features each.
      return {
        size: labels.length,
        views: views.map((view) => tf.tensor2d(view)),
        labels: tf.tensor1d(labels, 'int32'),
        samples: new Uint32Array(labels.length),
      };
    };
    const [teacherInit, distillation] = training.stages;
    const [initPhase, phase] = [teacherInit?.phases[0], distillation?.phases[0]];
    if (!initPhase || !phase || !distillation?.afterStep) throw new Error('DKEL has two stages');

    const constant = { name: 'constant', warmupEpochs: 0 } as const;
    const plain = new Optimizer(
      {
        name: 'sgd',
        learningRate: hyper['init_lr'] ?? 0,
        momentum: 0,
        nesterov: false,
        weightDecay: hyper['weight_decay'] ?? 0,
      },
      constant,
    );
    [0, 1].forEach((step) => {
      const clock = { step, stageStep: step, epoch: step, stage: 'teacherInit' };
      const result = runPhase(initPhase, batch(step), clock, () => updater(plain));
      expectClose(result.total.dataSync(), [expected.init[step]], 1e-5);
      disposeResult(result);
    });
    expectWeights(teacher, expected.teacher_after_init, 1e-5);
    expectWeights(student, initial, 0.5e-6);

    const nesterov = new Optimizer(
      {
        name: 'sgd',
        learningRate: hyper['lr'] ?? 0,
        momentum: 0.9,
        nesterov: true,
        weightDecay: hyper['weight_decay'] ?? 0,
      },
      constant,
    );
    expected.steps.forEach((step, index) => {
      const clock = { step: 2 + index, stageStep: index, epoch: step.epoch, stage: 'distillation' };
      const schedules = distillation.schedules(clock);
      expectClose(
        [schedules['omega'] ?? NaN, schedules['lambda'] ?? NaN, schedules['alpha'] ?? NaN],
        [step.omega, step.lambda, step.ema_alpha],
        1e-8,
      );
      const result = runPhase(phase, batch(2 + index), clock, () => updater(nesterov));
      distillation.afterStep?.(clock, result.finite);
      expectClose(result.total.dataSync(), [step.loss_total], 1e-5);
      [1, 2, 3].forEach((j) => {
        expectClose(result.outputs[`peer${j}`]?.dataSync() ?? [], step.peer_logits[j - 1], 1e-5);
        expectClose(result.outputs[`teacher${j}`]?.dataSync() ?? [], step.teacher_logits[j - 1], 1e-5);
      });
      expectClose(result.outputs['ensemble']?.dataSync() ?? [], step.ensemble_logits, 1e-5);
      expectWeights(student, step.student_after, 1e-4);
      expectWeights(teacher, step.teacher_after, 1e-4);
      disposeResult(result);
    });
  });
});
