import type * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { numbers as read, use } from '../../backends/ops/testing.ts';
import { INFERENCE, Network, TRAINING } from '../../models/network.ts';
import { resnet } from '../../models/resnet.spec.ts';
import { plain, type Backbone } from '../../models/spec.ts';
import { StagedModel } from '../../models/stagedModel.ts';
import { wideResnet } from '../../models/wideResnet.spec.ts';
import { logitsOf, supervisedStage } from '../parts/supervised.ts';
import { clockOf, contextOf, gradientsOf, networkOf, noise, phaseOf, plainSamples } from '../testing.ts';
import { runStage, scramble, sgd, stageOf, valuesOf } from '../testing.ts';
import { Hybrid, teacherMode } from './hybrid.ts';
import { iakd } from './index.ts';
import { iakd as declaration, iakdOptions } from './options.ts';
import { pairsOf } from './pairs.spec.ts';

const INPUT = [8, 8, 3];
const resnet8 = resnet({ name: 'resnet8' }, 3);
const resnet14 = resnet({ name: 'resnet14' }, 3);
const wrn = wideResnet({ name: 'wrn_16_2' }, 3);

const build = (settings: Record<string, unknown> = {}, seed = 4) => {
  const training = iakd(
    contextOf(iakdOptions.parse({ name: 'iakd', ...settings }), {
      models: { teacher: resnet14, student: resnet8 },
      input: INPUT,
      stages: { teacher: 1, interactive: 8 },
      seed,
    }),
  );
  scramble(networkOf(training, 'teacher'));
  return training;
};
const staged = (name: string, backbone: Backbone) => {
  const model = new StagedModel(name, backbone, INPUT, { seed: 2 });
  scramble(model.network);
  return model;
};
const data = (count: number) =>
  Array.from({ length: count }, (_, index) => noise(`batch ${index}`, 6, INPUT));
const gatesAt = (training: ReturnType<typeof build>, step: number) =>
  Object.values(stageOf(training, 'interactive').measures?.(clockOf('interactive', step)) ?? {}).map(
    (swapped) => 1 - swapped,
  );
const images = () => data(1)[0]?.views[0] as tf.Tensor;

describe('IAKD on real networks', () => {
  beforeAll(() => use('wasm'));

  it.each(['block', 'stage'] as const)(
    '1: by %s, all gates 1 is the student bit for bit, all 0 the teacher’s stages between the student’s stem and head',
    (granularity) => {
      const [teacher, student] = [staged('teacher', resnet14), staged('student', resnet8)];
      const hybrid = new Hybrid(teacher, student, pairsOf(teacher.staged, student.staged, granularity), 1);
      const x = images();
      for (const mode of [INFERENCE, { ...TRAINING, updateStatistics: false }]) {
        const of = (gate: boolean) =>
          read(
            hybrid.logits(
              x,
              hybrid.pairs.map(() => gate),
              mode,
              INFERENCE,
            ),
          );
        expect(of(true)).toEqual(read(student.logits(x, mode)));
        const between = [0, 1, 2].reduce(
          (h, index) => teacher.stage(index, h, INFERENCE),
          student.stem(x, mode),
        );
        expect(of(false)).toEqual(read(student.finish(between, mode).logits));
      }
    },
  );

  it('2: with teacher blocks copied from the student and norms that agree, the loss does not depend on the gates', () => {
    const student = staged('student', resnet8);
    const teacher = new StagedModel('teacher', resnet8, INPUT, { seed: 8 });
    teacher.network.copyFrom(student.network);
    const hybrid = new Hybrid(teacher, student, pairsOf(teacher.staged, student.staged, 'block'), 1);
    const mode = { training: true, updateStatistics: false };
    const of = (...gates: boolean[]) => read(hybrid.logits(images(), gates, mode, teacherMode('batch')));
    const plainOne = of(true, true, true);
    for (const gates of [
      [true, false, true],
      [false, true, false],
      [false, false, false],
    ])
      expect(of(...gates)).toEqual(plainOne);
    expect(read(hybrid.logits(images(), [true, false, true], mode, teacherMode('frozen')))).not.toEqual(
      plainOne,
    );
  });

  it.each(['frozen', 'batch'] as const)(
    '3: the teacher stays bit for bit as it is, with its norms %s; skipped blocks of the student keep their statistics',
    async (teacherBn) => {
      const training = build({ teacherBn, kdWeight: 0.5, schedule: 'uniform', p0: 0 });
      const [teacher, student] = [networkOf(training, 'teacher'), networkOf(training, 'student')];
      const [before, own] = [valuesOf(teacher), valuesOf(student)];
      await runStage(stageOf(training, 'interactive'), data(3));
      expect(valuesOf(teacher)).toEqual(before);
      for (const [name, values] of Object.entries(valuesOf(student))) {
        if (/stage\d/u.test(name)) expect(values, name).toEqual(own[name]);
        if (name.includes('stem')) expect(values, name).not.toEqual(own[name]);
      }
    },
  );

  it('4: a skipped block has no gradient; with freeze its values and momentum stay, with coast they move; blocks before it learn', async () => {
    const probe = build({ schedule: 'uniform', p0: 0.5 });
    // A step that keeps the first block and skips the last.
    const step = Array.from({ length: 200 }, (_, index) => index).find((index) => {
      const [first, , last] = gatesAt(probe, index);
      return first === 1 && last === 0;
    });
    if (step === undefined) throw new Error('no such step');
    for (const skippedUpdate of ['freeze', 'coast'] as const) {
      const training = build({ schedule: 'uniform', p0: 0.5, skippedUpdate });
      const [stage, phase] = [stageOf(training, 'interactive'), phaseOf(training, 'interactive')];
      const student = networkOf(training, 'student');
      const clock = clockOf('interactive', step);
      const [batch] = data(1) as [ReturnType<typeof noise>];
      const gradients = gradientsOf(phase, batch, clock, student.parameters());
      const isZero = (name: RegExp) =>
        Object.entries(gradients)
          .filter(([key]) => name.test(key))
          .map(([, values]) => values.every((v) => v === 0));
      expect(new Set(isZero(/stage3/u))).toEqual(new Set([true]));
      expect(isZero(/stage1.*kernel$/u)).toEqual([false, false]);
      expect(isZero(/stem.*kernel$/u)).toEqual([false]);
      const listed = phase.parameters(clock).map(({ name }) => name);
      expect(listed.some((name) => name.includes('stage3'))).toBe(skippedUpdate === 'coast');
      // With momentum from a step in which every block ran.
      const optimizer = sgd({ learningRate: 0.05, momentum: 0.9, weightDecay: 1e-3 });
      await runStage(supervisedStage('student', [student]), [batch], { optimizer });
      const velocity = async () =>
        Object.fromEntries(
          [...(await optimizer.save())]
            .filter(([name]) => name.includes('stage3'))
            .map(([name, v]) => [name, [...v]]),
        );
      const [before, momentum] = [valuesOf(student), await velocity()];
      expect(Object.keys(momentum).length).toBeGreaterThan(5);
      await runStage(stage, [batch], { optimizer, from: step, stepsPerEpoch: 1000 });
      const moved = Object.entries(valuesOf(student))
        .filter(([name]) => /stage3.*(?:kernel|gamma|beta)$/u.test(name))
        .map(([name, values]) => JSON.stringify(values) !== JSON.stringify(before[name]));
      expect(new Set(moved)).toEqual(new Set([skippedUpdate === 'coast']));
      if (skippedUpdate === 'freeze') expect(await velocity()).toEqual(momentum);
      else expect(await velocity()).not.toEqual(momentum);
    }
  });

  it('5: p = 1 is plain cross-entropy training of the student, bit for bit', async () => {
    const training = build({ schedule: 'uniform', p0: 1 });
    const alone = new Network('student', plain(resnet8, INPUT), { seed: 4 });
    const interactive = await runStage(stageOf(training, 'interactive'), data(3));
    const ordinary = await runStage(supervisedStage('student', [alone]), data(3));
    expect(interactive.map(({ total }) => total)).toEqual(ordinary.map(({ total }) => total));
    expect(valuesOf(networkOf(training, 'student'))).toEqual(valuesOf(alone));
    const mixed = build({ schedule: 'uniform', p0: 0.5 });
    await runStage(stageOf(mixed, 'interactive'), data(3));
    expect(valuesOf(networkOf(mixed, 'student'))).not.toEqual(valuesOf(alone));
  });

  it('10: what does not fit is refused before training, naming the block', () => {
    const refusal = (settings: object, teacher: Backbone, student: Backbone) =>
      declaration
        .objections?.(
          iakdOptions.parse({ name: 'iakd', ...settings }),
          new Map([
            ['teacher', teacher],
            ['student', student],
          ]),
          INPUT,
        )
        .map(({ message }) => message);
    expect(refusal({}, resnet14, resnet8)).toEqual([]);
    expect(refusal({}, resnet8, resnet14)?.join()).toMatch(/1 units in a stage and the student 2/u);
    expect(refusal({}, wrn, resnet8)?.join()).toMatch(/student's stage1\.1 leads from \[8, 8, 16\]/u);
    expect(refusal({ granularity: 'stage' }, wrn, resnet8)?.join()).toMatch(/student's stage1 leads/u);
    expect(refusal({ granularity: 'stage', adapters: true }, wrn, resnet8)).toEqual([]);
  });

  it('11: the student is evaluated and saved without gates or adapters', async () => {
    const training = iakd(
      contextOf(
        iakdOptions.parse({ name: 'iakd', adapters: true, granularity: 'stage', schedule: 'uniform', p0: 0 }),
        { models: { teacher: wrn, student: resnet8 }, input: INPUT, stages: { teacher: 1, interactive: 1 } },
      ),
    );
    await runStage(stageOf(training, 'interactive'), data(2));
    const student = networkOf(training, 'student');
    if (training.evaluation.kind !== 'classification') throw new Error('IAKD classifies');
    const answers = training.evaluation.predict(images(), 'interactive');
    expect(read(answers['student'] as tf.Tensor)).toEqual(read(logitsOf(student, images(), INFERENCE)));
    expect(read(answers['swapped'] as tf.Tensor)).not.toEqual(read(answers['student'] as tf.Tensor));
    const ordinary = new Network('student', plain(resnet8, INPUT), { seed: 1 });
    expect(student.declarations).toEqual(ordinary.declarations);
    expect(training.roles.find(({ id }) => id === 'student')?.path).toEqual({
      network: 'student',
      output: 'main',
    });
    // Adapters learn with the student, in networks of their own.
    const adapters = Object.keys(training.networks).filter((name) => name.startsWith('adapter'));
    expect(adapters.length).toBe(6);
  });

  it('measures the student’s statistics anew before an evaluation when told so, from the student alone', async () => {
    const training = build({ recalibrateBn: 6, schedule: 'uniform', p0: 0 });
    if (training.evaluation.kind !== 'classification') throw new Error('IAKD classifies');
    const student = networkOf(training, 'student');
    const before = valuesOf(student);
    await training.evaluation.prepare?.(clockOf('interactive'), plainSamples(data(1)));
    const changed = Object.entries(valuesOf(student)).filter(
      ([name, values]) => JSON.stringify(values) !== JSON.stringify(before[name]),
    );
    expect(changed.length).toBe(student.trace.statistics.length);
    expect(changed.every(([name]) => name.includes('/moving_'))).toBe(true);
  });
});
