import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { numbers as read, use } from '../../backends/ops/testing.ts';
import { INFERENCE, type Network } from '../../models/network.ts';
import { resnet } from '../../models/resnet.spec.ts';
import type { Backbone } from '../../models/spec.ts';
import { Stream } from '../../random/stream.ts';
import { logitsOf } from '../parts/supervised.ts';
import { batchOf, clockOf, close, contextOf, fixture, lossOf, networkOf, noise } from '../testing.ts';
import { gradientsOf, phaseOf, plainSamples, runStage, setValues, stageOf, valuesOf } from '../testing.ts';
import { checkpointAt } from './checkpoints.options.ts';
import { supervisionComplexity } from './index.ts';
import { supervisionComplexityOptions } from './options.ts';
import { Trajectory } from './trajectory.ts';

const numbers = fixture('supervision-complexity') as {
  distillation_loss: {
    teacher_logits: number[][];
    student_logits: number[][];
    rows: {
      tau: number;
      teacher_probs: number[][];
      soft_cross_entropy: number;
      kl: number;
      tau2_kl: number;
      grad_tau2_kl_wrt_student_logits: number[][];
    }[];
  };
  checkpoint_schedule: Record<'steps_per_epoch' | 'period_epochs' | 'teacher_epochs', number> &
    Record<'checkpoints' | 'student_steps' | 'lagged' | 'leading', number[]>;
};

const KERNEL = 'main/head/0.dense/kernel';
/** Logits xW: with x the identity, the kernel is the logits. */
const linear: Backbone = {
  family: 'linear',
  trunk: [],
  tail: [],
  head: { name: 'head', layers: [{ kind: 'dense', units: 3, bias: false }] },
};
const SIDE = [8, 8, 3];

interface Run {
  settings?: Record<string, unknown>;
  model?: Backbone;
  input?: number[];
  teacherEpochs?: number;
  studentEpochs?: number;
  stepsPerEpoch?: number;
}
const build = ({
  settings = {},
  model = linear,
  input = [2],
  teacherEpochs = 4,
  studentEpochs = teacherEpochs,
  stepsPerEpoch = 1,
}: Run = {}) =>
  supervisionComplexity(
    contextOf(supervisionComplexityOptions.parse({ name: 'supervisionComplexity', ...settings }), {
      models: { teacher: model, student: model },
      input,
      stages: { teacher: teacherEpochs, student: studentEpochs },
      stepsPerEpoch,
    }),
  );
const batches = (count: number, input = [2], name = 'batch') =>
  Array.from({ length: count }, (_, index) => noise(`${name} ${index}`, 6, input));
/** Both stages, and the losses of the student's. */
const trainBoth = async (run: Run, data = batches(4)) => {
  const training = build(run);
  const { stepsPerEpoch = 1 } = run;
  await runStage(stageOf(training, 'teacher'), data, { stepsPerEpoch });
  const steps = await runStage(stageOf(training, 'student'), data, { stepsPerEpoch });
  return {
    training,
    losses: steps.map(({ total }) => total),
    supervisors: steps.map(({ outputs }) => outputs['supervisor'] ?? []),
  };
};
const studentOf = (training: ReturnType<typeof build>): Network => networkOf(training, 'student');

describe.each(['cpu', 'wasm'] as const)('online distillation on %s', (backend) => {
  beforeAll(() => use(backend));

  it('13: has the fixture’s loss and gradient, τ·(softmax(z_s/τ) − softmax(z_t/τ))/B with the τ² factor', async () => {
    const { teacher_logits, student_logits, rows } = numbers.distillation_loss;
    for (const row of rows)
      for (const temperatureSquared of [true, false]) {
        const training = build({
          settings: { temperature: row.tau, temperatureSquared, supervision: 'offline' },
        });
        setValues(networkOf(training, 'teacher'), { [KERNEL]: teacher_logits });
        setValues(studentOf(training), { [KERNEL]: student_logits });
        const [stage, phase] = [stageOf(training, 'student'), phaseOf(training, 'student')];
        const batch = batchOf(tf.eye(2), [0, 1]);
        const clock = clockOf('student');
        await stage.begin?.(plainSamples([batch]));
        await stage.beforeStep?.(clock, plainSamples([batch]));
        const found = lossOf(phase, batch, clock);
        close(found.total, temperatureSquared ? row.tau2_kl : row.kl);
        expect(Object.keys(found.terms)).toEqual(['student/supervision']);
        const gradient = gradientsOf(phase, batch, clock, studentOf(training).parameters())[
          `student/${KERNEL}`
        ];
        const factor = temperatureSquared ? 1 : 1 / row.tau ** 2;
        close(
          gradient,
          row.grad_tau2_kl_wrt_student_logits.flat().map((g) => g * factor),
        );
        const soft = (z: number[][]) => tf.softmax(tf.div(tf.tensor2d(z), row.tau));
        const [own, other] = [soft(student_logits), soft(teacher_logits)];
        close(read(other), row.teacher_probs);
        close(gradient, read(tf.mul(tf.sub(own, other), (row.tau * factor) / 2)));
        // KL is the soft cross-entropy without the teacher's own entropy.
        const entropy = read(tf.neg(tf.mean(tf.sum(tf.mul(other, tf.log(other)), 1))))[0] ?? NaN;
        close(found.total / (temperatureSquared ? row.tau ** 2 : 1) + entropy, row.soft_cross_entropy, 2e-5);
      }
  });
});

describe('online distillation', () => {
  beforeAll(() => use('wasm'));
  afterEach(() => {
    vi.restoreAllMocks();
  });

  it('follows the fixture’s table of checkpoints, and takes as many of the teacher', async () => {
    const { steps_per_epoch, period_epochs, teacher_epochs, checkpoints, student_steps, ...expected } =
      numbers.checkpoint_schedule;
    const training = build({
      settings: { period: period_epochs },
      teacherEpochs: teacher_epochs,
      stepsPerEpoch: steps_per_epoch,
    });
    const data = batches(teacher_epochs * steps_per_epoch);
    await runStage(stageOf(training, 'teacher'), data, { stepsPerEpoch: steps_per_epoch });
    await stageOf(training, 'student').begin?.(plainSamples(data));
    expect(Object.keys(training.slots['trajectory']?.save() ?? {}).map(Number)).toEqual(checkpoints);
    const last = checkpoints.at(-1) ?? NaN;
    for (const mapping of ['lagged', 'leading'] as const) {
      const at = (step: number) => Math.floor(step / steps_per_epoch);
      expect(
        student_steps.map((step) => checkpointAt('online', mapping, at(step), period_epochs, last, [])),
      ).toEqual(expected[mapping]);
    }
    const reversed = student_steps.map((step) =>
      checkpointAt('reverse', 'leading', Math.floor(step / 10), 2, last, []),
    );
    expect(reversed).toEqual([4, 4, 4, 4, 3, 3, 2, 2, 1, 1]);
    const order = Stream.of(1, 'order').permutation(last + 1);
    expect(checkpointAt('shuffled', 'lagged', 5, period_epochs, last, order)).toBe(order[2]);
  });

  it('supervises each epoch by the teacher as it was when that checkpoint was taken', async () => {
    const data = batches(3);
    const training = build({ teacherEpochs: 3, settings: { mapping: 'lagged', period: 1 } });
    const teacher = networkOf(training, 'teacher');
    const answers: number[][] = [];
    for (const [index, batch] of data.entries()) {
      answers.push(read(logitsOf(teacher, batch.views[0] as tf.Tensor, INFERENCE)));
      await runStage(stageOf(training, 'teacher'), [batch], { from: index, stepsPerEpoch: 1 });
    }
    const steps = await runStage(stageOf(training, 'student'), data, { stepsPerEpoch: 1 });
    expect(steps.map(({ outputs }) => outputs['supervisor'])).toEqual(answers);
  });

  it('10: offline, a period as long as the teacher’s training, and one checkpoint repeated give the same losses', async () => {
    const offline = await trainBoth({ settings: { supervision: 'offline' } });
    const online = await trainBoth({ settings: { supervision: 'online', period: 4 } });
    const longer = await trainBoth({ settings: { supervision: 'online', period: 9 } });
    expect(online.losses).toEqual(offline.losses);
    expect(longer.losses).toEqual(offline.losses);
    const followed = await trainBoth({ settings: { supervision: 'online', period: 1 } });
    expect(followed.losses).not.toEqual(offline.losses);
    // One checkpoint everywhere: each number holds the last teacher.
    const repeated = build({ settings: { period: 1 } });
    const data = batches(4);
    await runStage(stageOf(repeated, 'teacher'), data, { stepsPerEpoch: 1 });
    await stageOf(repeated, 'student').begin?.(plainSamples(data));
    const slot = repeated.slots['trajectory'];
    const saved = slot?.save() ?? {};
    const last = saved['4'] as Float32Array;
    slot?.restore(Object.fromEntries(Object.keys(saved).map((key) => [key, last])));
    const steps = await runStage(stageOf(repeated, 'student'), data, { stepsPerEpoch: 1 });
    expect(steps.map(({ total }) => total)).toEqual(offline.losses);
  });

  it('11: swaps weights once for each checkpoint after the first, and leaves every checkpoint as it is', async () => {
    const load = vi.spyOn(Trajectory.prototype, 'load');
    for (const [supervision, distinct] of [
      ['online', 2],
      ['offline', 1],
      ['reverse', 2],
    ] as const) {
      load.mockClear();
      const run = { settings: { supervision, period: 2 }, teacherEpochs: 4, stepsPerEpoch: 2 };
      const data = batches(8);
      const training = build(run);
      await runStage(stageOf(training, 'teacher'), data, { stepsPerEpoch: 2 });
      await stageOf(training, 'student').begin?.(plainSamples(data));
      const before = training.slots['trajectory']?.save();
      const teacher = valuesOf(networkOf(training, 'teacher'));
      await runStage(stageOf(training, 'student'), data, { stepsPerEpoch: 2 });
      expect(load.mock.calls.length - 1, supervision).toBe(distinct - 1);
      expect(training.slots['trajectory']?.save()).toEqual(before);
      expect(valuesOf(networkOf(training, 'teacher'))).toEqual(teacher);
    }
  });

  it('12: the teacher answers in inference mode: no statistics move, and other samples of the batch are no matter', async () => {
    const run: Run = {
      model: resnet({ name: 'resnet8' }, 3),
      input: SIDE,
      teacherEpochs: 2,
      settings: { period: 1 },
    };
    const data = batches(2, SIDE);
    const { training } = await trainBoth(run, data);
    const teacher = valuesOf(networkOf(training, 'teacher'));
    const saved = training.slots['trajectory']?.save();
    const phase = phaseOf(training, 'student');
    const [batch] = data;
    const [whole] = phase.targets?.(batch as (typeof data)[0], clockOf('student', 2, 2)) ?? [];
    const x = batch?.views[0] as tf.Tensor4D;
    const [part] = phase.targets?.(batchOf(tf.slice(x, [2], [2]), [0, 1]), clockOf('student', 2, 2)) ?? [];
    close(read(part as tf.Tensor), read(tf.slice(whole as tf.Tensor, [2], [2])), 1e-5);
    expect(valuesOf(networkOf(training, 'teacher'))).toEqual(teacher);
    expect(training.slots['trajectory']?.save()).toEqual(saved);
    // What supervised last is the last checkpoint, its running statistics included.
    close(read(whole as tf.Tensor), read(logitsOf(networkOf(training, 'teacher'), x, INFERENCE)), 1e-6);
  });

  it('14: with α = 1 labels have no influence; with α < 1 they do', async () => {
    const shuffled = batches(4).map((batch) => ({ ...batch, labels: tf.reverse(batch.labels) }));
    const losses = async (alpha: number, other: boolean) => {
      const training = build({ settings: { alpha } });
      await runStage(stageOf(training, 'teacher'), batches(4), { stepsPerEpoch: 1 });
      const steps = await runStage(stageOf(training, 'student'), other ? shuffled : batches(4), {
        stepsPerEpoch: 1,
      });
      return steps.map(({ total }) => total);
    };
    expect(await losses(1, true)).toEqual(await losses(1, false));
    expect(await losses(0.9, true)).not.toEqual(await losses(0.9, false));
  });
});
