import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { prepareBackend } from '../../sidecar/backends/prepare.ts';
import {
  close,
  fixture,
  gradientsOf,
  networkOf,
  totalOf,
  trained,
} from '../../sidecar/methods/parts/testing.ts';
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
  loss_peer: number[];
  grad_trunk_W: number[][];
  grad_en_W: number[][];
  grad_fc1_b: number[];
  student_after: Weights;
  teacher_after: Weights;
}
interface Trace {
  meta: {
    init_params: Weights;
    batches: { views: number[][][]; labels: number[] }[];
    hyper: Record<string, number> & { init_batches: number[]; train_batches: number[] };
  };
  runs: Record<string, { init?: number[]; teacher_after_init: Weights; steps: Step[] }>;
}
const traceOf = (method: string): Trace => (fixture(method) as { training_trace: Trace }).training_trace;

/** The fixtures' parameter names beside ours. */
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

function setWeights(network: Network, weights: Weights): void {
  for (const [key, values] of Object.entries(weights))
    network.set(NAMES[key] ?? '', Float32Array.from((values as number[]).flat()));
}
function expectWeights(network: Network, weights: Weights, tolerance = 1e-5): void {
  expect(Object.keys(weights).sort()).toEqual(Object.keys(NAMES).sort());
  for (const [key, values] of Object.entries(weights))
    close(network.variable(NAMES[key] ?? ''), values, tolerance);
}

const updater = (hyper: Record<string, number>, rate: string, momentum: number): (() => Updater) => {
  const optimizer = new Optimizer(
    {
      name: 'sgd',
      learningRate: hyper[rate] ?? NaN,
      momentum,
      nesterov: momentum > 0,
      weightDecay: hyper['weight_decay'] ?? NaN,
    },
    { name: 'constant', warmupEpochs: 0 },
  );
  return () => ({ optimizer, learningRate: optimizer.learningRate(0, 1) });
};

/** What the experiments of each method say. */
const SETTINGS = {
  dkel: (hyper: Record<string, number>, warmup: string) => ({
    decayRate: hyper['ensemble_decay'],
    ema: { beta: hyper['ema_beta'], warmup },
  }),
  pcl: (hyper: Record<string, number>, warmup: string) => ({ beta: hyper['ema_beta'], emaWarmup: warmup }),
};

describe.each(['cpu', 'wasm'] as const)('the three-step training traces on %s', (backend) => {
  beforeAll(() => prepareBackend(backend, { env: {} }));

  it.each([
    ['dkel', 'default', 'keepInit'],
    ['dkel', 'released_ema', 'overwriteFirst'],
    ['dkel', 'constant_ema', 'none'],
    ['pcl', 'default', 'keepInit'],
    ['pcl', 'released_ema', 'overwriteFirst'],
  ] as const)('%s, %s: losses, gradients, logits and weights', (method, run, warmup) => {
    const { meta, runs } = traceOf(method);
    const { hyper, batches, init_params: initial } = meta;
    const expected = runs[run];
    if (!expected) throw new Error(`no run ${run}`);
    const training = trained(
      {
        name: method,
        omegaMax: hyper['omega_max'],
        rampEpochs: hyper['ramp_alpha'],
        temperature: hyper['temperature'],
        ...SETTINGS[method](hyper, warmup),
      },
      {
        input: [4],
        models: { student: (x, classes) => mlp({ name: 'mlp', trunk: [5], branch: [3] }, x, classes) },
      },
    );
    const [student, teacher] = [networkOf(training, 'student'), networkOf(training, 'teacher')];
    setWeights(student, initial);
    teacher.copyFrom(student);
    const batch = (index: number): TrainingBatch => {
      const { views, labels } = batches[index] ?? { views: [], labels: [] };
      return {
        size: labels.length,
        views: views.map((view) => tf.tensor2d(view)),
        labels: tf.tensor1d(labels, 'int32'),
        samples: new Uint32Array(labels.length),
      };
    };

    const initPhase = training.stages.find(({ name }) => name === 'teacherInit')?.phases[0];
    const plain = updater(hyper, 'init_lr', 0);
    expect(initPhase !== undefined).toBe(expected.init !== undefined);
    expected.init?.forEach((loss, step) => {
      if (!initPhase) return;
      const clock = { step, stageStep: step, epoch: step, stage: 'teacherInit' };
      const result = runPhase(initPhase, batch(hyper.init_batches[step] ?? -1), clock, plain);
      close(result.total, loss);
      disposeResult(result);
    });
    expectWeights(teacher, expected.teacher_after_init);
    expectWeights(student, initial, 0.5e-6);

    const stage = training.stages.at(-1);
    const phase = stage?.phases[0];
    const nesterov = updater(hyper, 'lr', hyper['momentum'] ?? NaN);
    expect(expected.steps).toHaveLength(3);
    for (const [index, step] of expected.steps.entries()) {
      if (!stage || !phase) throw new Error('There is no stage.');
      const clock = { step: 2 + index, stageStep: index, epoch: step.epoch, stage: stage.name };
      const { omega, alpha, lambda = 0 } = stage.schedules(clock);
      close([omega, lambda, alpha], [step.omega, step.lambda, step.ema_alpha], 1e-8);
      const given = batch(hyper.train_batches[index] ?? -1);
      const gradients = gradientsOf(phase, given, student.parameters(), undefined, clock);
      close(gradients.get(`student/${NAMES['trunk.W'] ?? ''}`), step.grad_trunk_W);
      close(gradients.get(`student/${NAMES['en.W'] ?? ''}`), step.grad_en_W);
      close(gradients.get(`student/${NAMES['fc1.b'] ?? ''}`), step.grad_fc1_b);
      const result = runPhase(phase, given, clock, nesterov);
      stage.afterStep?.(clock, result.finite);
      close(result.total, step.loss_total);
      for (const j of [1, 2, 3]) {
        close(totalOf(result.terms, `peer${j}`), step.loss_peer[j - 1]);
        close(result.outputs[`peer${j}`], step.peer_logits[j - 1]);
        close(result.outputs[`teacher${j}`], step.teacher_logits[j - 1]);
      }
      close(result.outputs['ensemble'], step.ensemble_logits);
      expectWeights(student, step.student_after);
      expectWeights(teacher, step.teacher_after);
      disposeResult(result);
    }
  });
});
