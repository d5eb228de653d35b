import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { normals, use } from '../../backends/ops/testing.ts';
import { Network } from '../../models/network.ts';
import { plain, type Backbone, type Layer } from '../../models/spec.ts';
import { singleBlock } from '../../models/transform.spec.ts';
import { batchOf, clockOf, close, contextOf, fixture, flat, gradientsOf, lossOf } from '../testing.ts';
import { networkOf, phaseOf, runStage, setValues, stageOf } from '../testing.ts';
import { PredictionHistory } from './history.ts';
import { soteacher } from './index.ts';
import { batchNormTerm, consistency, convolutionTerm, denseTerm, lipschitz } from './losses.ts';
import { consistencyWeight, soteacherOptions } from './options.ts';

interface Visit {
  epoch: number;
  lambda_CR: number;
  L_CR: number;
  weighted: number;
  grad_logits_of_weighted: number[][];
  target_used: number[][] | null;
  target_after_update: number[][];
}
const numbers = fixture('soteacher') as {
  case1_lipschitz_terms: {
    inputs: Record<
      'conv_kernel_HWIO' | 'bn_gamma' | 'bn_moving_var' | 'dense_kernel_in_out',
      number[] | number[][]
    >;
    outputs: Record<
      | 'conv'
      | 'batch_norm'
      | 'dense'
      | 'total'
      | 'lambda_LR_1e-5_times_total'
      | 'batch_norm_per_channel'
      | 'dense_per_input'
      | 'grad_conv'
      | 'grad_gamma'
      | 'grad_dense',
      number | number[]
    >;
  };
  case2_consistency: {
    inputs: { E: number; lambda_max: number; logits_by_epoch: number[][][] };
    outputs: Record<'code_mode' | 'exact_mean_mode', Visit[]>;
  };
  case3_weight_schedules: { outputs: Record<'linear' | 'cosine' | 'cycle' | 'step', Record<string, number>> };
  case4_history_weights: { outputs: { code_mode_n4: number[]; exact_mean_n4: number[] } };
  case5_total_objective: {
    inputs: {
      x: number[][];
      labels: number[];
      W_in_out: number[][];
      targets: number[][];
      lambda_CR: number;
      lambda_LR: number;
    };
    outputs: Record<
      'logits' | 'CE' | 'L_CR' | 'L_LR' | 'total' | 'grad_W' | 'W_after_sgd_lr_0.1',
      number | number[]
    >;
  };
};

/** Logits xW: without stages, bias or activation. */
const linear: Backbone = {
  family: 'linear',
  trunk: [],
  tail: [],
  head: { name: 'head', layers: [{ kind: 'dense', units: 3, bias: false }] },
};
const KERNEL = 'main/head/0.dense/kernel';
const build = (settings: Record<string, unknown>, epochs: number) =>
  soteacher(
    contextOf(soteacherOptions.parse({ name: 'soteacher', ...settings }), {
      models: { teacher: linear, student: linear },
      input: [2],
      stages: { teacher: epochs, distillation: 1 },
      trainSamples: 2,
    }),
  );
const single = (input: number[], layer: Layer) =>
  new Network('single', singleBlock('single', input, 'block', [layer]), { seed: 1 });
const value = (x: tf.Tensor): number => x.dataSync()[0] ?? NaN;

describe.each(['cpu', 'wasm'] as const)('SoTeacher’s numbers on %s', (backend) => {
  beforeAll(() => use(backend));

  it('case 1: Lipschitz terms of every kind of layer', () => {
    const { inputs, outputs } = numbers.case1_lipschitz_terms;
    const conv = single([3, 3, 1], {
      kind: 'conv',
      filters: 2,
      kernel: 2,
      stride: 1,
      padding: 0,
      bias: true,
    });
    setValues(conv, {
      'main/block/0.conv/kernel': inputs.conv_kernel_HWIO,
      'main/block/0.conv/bias': [5, 6],
    });
    const norm = single([1, 1, 3], { kind: 'batchNorm' });
    setValues(norm, {
      'main/block/0.batchNorm/gamma': inputs.bn_gamma,
      'main/block/0.batchNorm/beta': [7, 8, 9],
      'main/block/0.batchNorm/moving_variance': inputs.bn_moving_var,
    });
    const dense = single([2], { kind: 'dense', units: 3 });
    setValues(dense, { 'main/block/0.dense/kernel': inputs.dense_kernel_in_out });
    const networks = [conv, norm, dense];
    const values = networks.map((network) => value(lipschitz(network)));
    close(values, [outputs.conv, outputs.batch_norm, outputs.dense]);
    const total = values.reduce((a, b) => a + b);
    close(total, outputs.total);
    close(total * 1e-5, outputs['lambda_LR_1e-5_times_total'], 1e-9);
    const gradient = (network: Network, name: string) => {
      const variable = network.variable(`main/block/${name}`);
      return [
        ...(tf.variableGrads(() => lipschitz(network), [variable]).grads[variable.name]?.dataSync() ?? []),
      ];
    };
    close(gradient(conv, '0.conv/kernel'), outputs.grad_conv);
    close(gradient(norm, '0.batchNorm/gamma'), outputs.grad_gamma);
    close(gradient(dense, '0.dense/kernel'), outputs.grad_dense);
    const ones = (values1: unknown) => flat(values1).map((v) => tf.tensor1d([v]));
    const variances = ones(inputs.bn_moving_var);
    close(
      ones(inputs.bn_gamma).map((gamma, c) => value(batchNormTerm(gamma, variances[c] as tf.Tensor))),
      outputs.batch_norm_per_channel,
    );
    close(
      (inputs.dense_kernel_in_out as number[][]).map((row) => value(denseTerm(tf.tensor2d([row])))),
      outputs.dense_per_input,
    );
    close(value(convolutionTerm(tf.tensor1d(flat(inputs.conv_kernel_HWIO)))), outputs.conv);
  });

  it.each([
    ['code', 'code_mode'],
    ['exactMean', 'exact_mean_mode'],
  ] as const)('case 2: four epochs of the method itself with historyMode %s', async (historyMode, key) => {
    const { E, logits_by_epoch, lambda_max: lambdaCR } = numbers.case2_consistency.inputs;
    const training = build({ historyMode, lambdaCR, lambdaLR: 0 }, E);
    const [teacher, stage] = [networkOf(training, 'teacher'), stageOf(training, 'teacher')];
    const batch = batchOf(tf.eye(2), [0, 2]);
    const rows = () => flat([...(training.slots['history']?.save()['rows'] as Float32Array)]);
    for (const visit of numbers.case2_consistency.outputs[key]) {
      setValues(teacher, { [KERNEL]: logits_by_epoch[visit.epoch - 1] });
      const clock = clockOf('teacher', visit.epoch - 1, visit.epoch - 1);
      const found = lossOf(phaseOf(training, 'teacher'), batch, clock).terms['teacher/consistency'];
      close(stage.schedules(clock)['consistency'], visit.lambda_CR);
      close([found?.number, (found?.number ?? NaN) * (found?.weight ?? NaN)], [visit.L_CR, visit.weighted]);
      if (visit.target_used) close(rows(), visit.target_used);
      const gradients = gradientsOf(
        phaseOf(training, 'teacher'),
        batch,
        clock,
        teacher.parameters(),
        ({ name }) => name === 'consistency',
      );
      close(gradients[`teacher/${KERNEL}`], visit.grad_logits_of_weighted);
      const logits = tf.tensor2d(logits_by_epoch[visit.epoch - 1] ?? []);
      await stage.record?.({ batch, outputs: { teacher: logits } }, clock);
      close(rows(), visit.target_after_update);
    }
  });

  it('case 5: the whole objective, its gradient, and a step', async () => {
    const { inputs, outputs } = numbers.case5_total_objective;
    const training = build({ crSchedule: 'none', lambdaCR: inputs.lambda_CR, lambdaLR: inputs.lambda_LR }, 4);
    const teacher = networkOf(training, 'teacher');
    setValues(teacher, { [KERNEL]: inputs.W_in_out });
    training.slots['history']?.restore({
      rows: Float32Array.from(flat(inputs.targets)),
      visits: Int32Array.of(1, 1),
    });
    const batch = batchOf(tf.tensor2d(inputs.x), inputs.labels);
    const [phase, clock] = [phaseOf(training, 'teacher'), clockOf('teacher', 1, 1)];
    const { total, terms } = lossOf(phase, batch, clock);
    close(
      ['crossEntropy', 'consistency', 'lipschitz'].map((name) => terms[`teacher/${name}`]?.number),
      [outputs.CE, outputs.L_CR, outputs.L_LR],
    );
    close(total, outputs.total);
    close(gradientsOf(phase, batch, clock, teacher.parameters())[`teacher/${KERNEL}`], outputs.grad_W);
    const [step] = await runStage(stageOf(training, 'teacher'), [batch], {
      from: 1,
      stepsPerEpoch: 1,
      learningRate: 0.1,
      momentum: 0,
    });
    close(step?.outputs['teacher'], outputs.logits);
    close([...teacher.variable(KERNEL).dataSync()], outputs['W_after_sgd_lr_0.1']);
  });
});

describe('SoTeacher’s invariants of consistency', () => {
  beforeAll(() => use('cpu'));
  const logits = fc.array(fc.double({ min: -30, max: 30, noNaN: true }), { minLength: 6, maxLength: 6 });

  it('2: epoch 1 has a consistency loss of exactly 0 and leaves that visit’s softmax in every visited row', async () => {
    const training = build({}, 3);
    const batch = batchOf(
      tf.tensor2d([
        [0.3, -1],
        [2, 0.4],
      ]),
      [0, 1],
    );
    const [step] = await runStage(stageOf(training, 'teacher'), [batch], { stepsPerEpoch: 1 });
    expect(step?.terms['teacher/consistency']).toBe(0);
    const softmax = tf.softmax(tf.tensor2d(step?.outputs['teacher'] ?? [], [2, 3])).dataSync();
    close([...(training.slots['history']?.save()['rows'] as Float32Array)], [...softmax], 1e-7);
  });

  it('3: rows are distributions, other rows stay as they were, and order within a batch is no matter', () => {
    const visits = fc.array(
      fc.record({
        samples: fc.uniqueArray(fc.integer({ min: 0, max: 4 }), { minLength: 1, maxLength: 4 }),
        seed: fc.integer({ min: 0, max: 999 }),
      }),
      { minLength: 1, maxLength: 6 },
    );
    fc.assert(
      fc.property(visits, fc.constantFrom('code' as const, 'exactMean' as const), (all, mode) => {
        const [history, turned] = [new PredictionHistory(5, 3, mode), new PredictionHistory(5, 3, mode)];
        const rowsOf = (of: PredictionHistory) => [...of.read([0, 1, 2, 3, 4]).targets];
        const visited = new Set<number>();
        for (const { samples, seed } of all) {
          const before = rowsOf(history);
          const p = [
            ...tf
              .softmax(tf.tensor2d(normals(`${seed}`, samples.length * 3), [samples.length, 3]))
              .dataSync(),
          ];
          history.write(samples, Float32Array.from(p));
          const back = samples.map((_, index) => samples.length - 1 - index);
          turned.write(
            back.map((index) => samples[index] ?? 0),
            Float32Array.from(back.flatMap((index) => p.slice(index * 3, index * 3 + 3))),
          );
          for (const sample of samples) visited.add(sample);
          rowsOf(history).forEach((v, index) => {
            if (!samples.includes(Math.floor(index / 3))) expect(v).toBe(before[index]);
          });
        }
        expect(rowsOf(turned)).toEqual(rowsOf(history));
        for (const sample of [0, 1, 2, 3, 4]) {
          const row = [...history.read([sample]).targets];
          expect(Math.min(...row)).toBeGreaterThanOrEqual(0);
          close(
            row.reduce((a, b) => a + b),
            visited.has(sample) ? 1 : 0,
            1e-5,
          );
          expect([...history.read([sample]).known]).toEqual([Number(visited.has(sample))]);
        }
      }),
      { numRuns: 40 },
    );
  });

  it('4: history weights are 0.4, 0.2, 0.2, 0.2 in code mode and 0.25 each in exact-mean mode (case 4)', () => {
    const weights = (mode: 'code' | 'exactMean') => {
      const history = new PredictionHistory(1, 4, mode);
      for (const epoch of [0, 1, 2, 3])
        history.write(
          [0],
          Float32Array.from([0, 1, 2, 3], (c) => Number(c === epoch)),
        );
      return [...history.read([0]).targets];
    };
    close(weights('code'), numbers.case4_history_weights.outputs.code_mode_n4, 1e-6);
    close(weights('exactMean'), numbers.case4_history_weights.outputs.exact_mean_n4, 1e-6);
  });

  it('5: the gradient flows through the present prediction alone, as finite differences with S held fixed see it', () => {
    const targets = tf.tensor2d([
      [0.7, 0.2, 0.1],
      [0.1, 0.3, 0.6],
    ]);
    const known = tf.tensor1d([1, 1]);
    const z = normals('logits', 6);
    const at = (values: ArrayLike<number>) =>
      value(consistency(tf.tensor2d([...Array.from(values)], [2, 3]), targets, known));
    const gradient = tf.grad((x) => consistency(x as tf.Tensor2D, targets, known))(tf.tensor2d(z, [2, 3]));
    close(
      [...gradient.dataSync()],
      Array.from(z, (_, i) => {
        const moved = (by: number) => z.map((v, index) => (index === i ? v + by : v));
        return (at(moved(1e-2)) - at(moved(-1e-2))) / 2e-2;
      }),
      2e-4,
    );
  });

  it('6: 0 ≤ R_cr ≤ 2, and 0 where the softmax is the stored row', () => {
    fc.assert(
      fc.property(logits, logits, (a, b) => {
        const [z, other] = [tf.tensor2d(a, [2, 3]), tf.softmax(tf.tensor2d(b, [2, 3]))];
        const known = tf.tensor1d([1, 1]);
        const found = value(consistency(z, other, known));
        expect(found).toBeGreaterThanOrEqual(0);
        expect(found).toBeLessThanOrEqual(2 + 1e-6);
        expect(value(consistency(z, tf.softmax(z), known))).toBe(0);
      }),
      { numRuns: 40 },
    );
    const far = tf.tensor2d([[100, 0, 0]]);
    close(value(consistency(far, tf.tensor2d([[0, 1, 0]]), tf.tensor1d([1]))), 2, 1e-6);
  });

  it('10: schedules of λ_CR at every epoch of case 3; step waits through epoch 50', () => {
    const outputs = numbers.case3_weight_schedules.outputs;
    for (const crSchedule of ['linear', 'cosine', 'cycle', 'step'] as const)
      for (const [epoch, expected] of Object.entries(outputs[crSchedule]))
        close(
          consistencyWeight({ lambdaCR: 1, crSchedule, crStartAt: 50 }, Number(epoch), 240),
          expected,
          1e-6,
        );
    const none = (epoch: number) =>
      consistencyWeight({ lambdaCR: 0.3, crSchedule: 'none', crStartAt: 0 }, epoch, 240);
    expect([none(1), none(2), none(240)]).toEqual([0, 0.3, 0.3]);
  });

  it('11: distillation changes neither the teacher nor S, and the teacher is saved as an ordinary one is', async () => {
    const training = build({}, 2);
    const batches = [0, 1].map((i) => batchOf(tf.tensor2d(normals(`x${i}`, 4), [2, 2]), [0, 1]));
    await runStage(stageOf(training, 'teacher'), batches, { stepsPerEpoch: 1 });
    const teacher = networkOf(training, 'teacher');
    const [before, history] = [await teacher.values(), training.slots['history']?.save()];
    const student = await networkOf(training, 'student').values();
    await runStage(stageOf(training, 'distillation'), batches);
    expect(await teacher.values()).toEqual(before);
    expect(training.slots['history']?.save()).toEqual(history);
    expect(await networkOf(training, 'student').values()).not.toEqual(student);
    const ordinary = new Network('teacher', plain(linear, [2]), { seed: 4 });
    expect(teacher.declarations).toEqual(ordinary.declarations);
  });
});
