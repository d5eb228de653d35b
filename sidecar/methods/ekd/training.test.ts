import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { use } from '../../backends/ops/testing.ts';
import { classifier, convRelu, POOL } from '../../models/layers.spec.ts';
import { parameterCount, traceNetwork } from '../../models/shapes.spec.ts';
import { plain } from '../../models/spec.ts';
import {
  batchOf,
  classes,
  close,
  exported,
  farthest,
  fixture,
  gradientsOf,
  images,
  networkOf,
  predicted,
  samples,
  SGD,
  stageOf,
  Steps,
  table,
  trained,
  unreached,
  untouched,
  valuesOf,
  weightsOf,
  type Build,
  type World,
} from '../parts/testing.ts';
import type { Training, TrainingBatch } from '../training.ts';

const { scalar_cotraining: scalar } = fixture('ekd') as {
  readonly scalar_cotraining: {
    readonly x: number[];
    readonly y: number[];
    readonly a0: number;
    readonly b0: number;
  } & Readonly<
    Record<
      'trace_ab_simultaneous_w1' | 'trace_ab_teacher_first_w1' | 'trace_ab_w0',
      readonly (readonly [number, number])[]
    >
  >;
};
const NAMES = ['one', 'two', 'three'];
const ORDERS = ['simultaneous', 'teacherFirst'] as const;
const build = (settings: object = {}, world: World = {}): Training =>
  trained({ name: 'ekd', ...settings }, world);
const given = (name: string): TrainingBatch => batchOf(name, { views: 1 });
const run = async (training: Training, names = NAMES) => {
  const steps = new Steps(stageOf(training, 'training'));
  const taken = [];
  for (const name of names) taken.push(await steps.take(given(name)));
  return taken;
};
const way = async (of: 'teacher' | 'student', settings: object, world: World = {}): Promise<number[][]> => {
  const training = build(settings, world);
  await run(training);
  return Object.values(training.networks)
    .filter(({ name }) => name.startsWith(of))
    .map(weightsOf);
};
/** One stage, so that nothing is guided but the classifier. */
const single: Build = (_input, outputs) => ({
  family: 'single',
  trunk: [{ name: 'stem', layers: convRelu(3, 3) }],
  tail: [{ name: 'stage1.1', layers: convRelu(4, 3) }, POOL],
  head: classifier(outputs),
});
const SINGLE: World = { models: { teacher: single, student: single } };

describe('EKD at work', () => {
  beforeAll(() => use('wasm'));

  it.each(ORDERS)('1: the student’s loss has no gradient in the teacher and its modules, %s', (order) => {
    const training = build({ order });
    const phase = stageOf(training, 'training').phases.at(-1);
    const of = (name: string) =>
      gradientsOf(
        phase,
        given('one'),
        Object.values(training.networks)
          .filter((network) => network.name.startsWith(name))
          .flatMap((network) => network.parameters()),
        ({ role }) => role.startsWith('student'),
      );
    expect(untouched(of('teacher'))).toBe(true);
    expect(unreached(of('student'))).toEqual([]);
  });

  it.each(ORDERS)('1: the teacher’s way is the same whatever the student does, %s', async (order) => {
    const expected = await way('teacher', { order });
    expect(expected).toHaveLength(2);
    expect(await way('teacher', { order, kdWeight: 0, featureWeight: 0 })).toEqual(expected);
    expect(await way('teacher', { order, kdWeight: 7, featureWeight: 3, labelWeight: 0.1 })).toEqual(
      expected,
    );
  });

  it('1: only as an ablation does the student move the teacher', async () => {
    const free = await way('teacher', { trainTeacherFromStudent: true });
    expect(farthest(free.flat(), (await way('teacher', {})).flat())).toBeGreaterThan(1e-4);
  });

  it('2: without KD and modules the student trains as if alone, bit for bit', async () => {
    const training = build({ kdWeight: 0, featureWeight: 0 }, SINGLE);
    expect(Object.keys(training.networks)).toEqual(['teacher', 'student']);
    const alone = trained({ name: 'vanilla' }, SINGLE);
    expect(valuesOf(networkOf(alone, 'student'))).toEqual(valuesOf(networkOf(training, 'student')));
    await run(training);
    await run(alone);
    expect(valuesOf(networkOf(training, 'student'))).toEqual(valuesOf(networkOf(alone, 'student')));
  });

  it('3: of equal networks and modules only the cross-entropies are left', async () => {
    const training = build();
    for (const part of ['', 'Guide1'])
      networkOf(training, `student${part}`).copyFrom(networkOf(training, `teacher${part}`));
    const [first] = await run(training, ['one']);
    for (const [name, value] of Object.entries(first?.terms ?? {}))
      if (!name.endsWith('/crossEntropy')) expect(Math.abs(value)).toBeLessThan(1e-6);
    expect(first?.terms['student/crossEntropy']).toBeGreaterThan(0.1);
  });

  it('7: what is exported has neither modules nor teacher, and says what the student says', async () => {
    const training = build({}, { models: { teacher: images(10) } });
    await run(training);
    const x = samples('x', 5);
    const { logits, parameters } = await exported(networkOf(training, 'student'), 'main', x);
    close(logits, predicted(training, x)['student']);
    expect(parameters).toBe(parameterCount(traceNetwork(plain(images()([8, 8, 2], 3), [8, 8, 2]))));
    expect(training.roles.find(({ id }) => id === 'student')?.path).toEqual({
      network: 'student',
      output: 'main',
    });
  });

  it.each(ORDERS)('8: all modules move, and running statistics move once per step, %s', async (order) => {
    const training = build({ order });
    const before = Object.values(training.networks).map(weightsOf);
    await run(training, ['one']);
    Object.values(training.networks).forEach((network, index) => {
      expect(farthest(weightsOf(network), before[index])).toBeGreaterThan(1e-4);
    });
    // Of a first layer, whose input is known: 0.9·old + 0.1·batch from old = 0 and 1.
    for (const name of ['teacher', 'student']) {
      const fresh = networkOf(build({ order }), name);
      const [stem] = fresh.spec.trunk;
      if (!stem) throw new Error('There is a stem.');
      const alone = { name: stem.name, layers: stem.layers.slice(0, 1) };
      const x = given('one').views[0] as tf.Tensor4D;
      const z = fresh.runBlocks('trunk', [alone], x, { training: true, updateStatistics: false });
      const { mean } = tf.moments(z, [0, 1, 2]);
      const moved = networkOf(training, name).variable('trunk/stem/1.batchNorm/moving_mean');
      close(moved, tf.mul(mean, 0.1), 1e-6);
    }
  });

  it('9: both orders differ in the student from the first step on, and never in the teacher', async () => {
    const [one, other] = ORDERS.map((order) => build({ order }));
    if (!one || !other) throw new Error('There are two orders.');
    const [a, b] = [new Steps(stageOf(one, 'training')), new Steps(stageOf(other, 'training'))];
    for (const name of NAMES) {
      await a.take(given(name));
      await b.take(given(name));
      const of = (training: Training, network: string): number[] => weightsOf(networkOf(training, network));
      for (const teacher of ['teacher', 'teacherGuide1']) close(of(one, teacher), of(other, teacher), 1e-6);
      expect(farthest(of(one, 'student'), of(other, 'student'))).toBeGreaterThan(1e-5);
    }
  });

  it.each(ORDERS)('10: of one stage it is KD from a teacher that trains along, %s', async (order) => {
    const training = build({ order, temperature: 1 }, SINGLE);
    const [first] = await run(training);
    expect(Object.keys(first?.terms ?? {}).sort()).toEqual([
      'student/crossEntropy',
      'student/distillation',
      'teacher/crossEntropy',
    ]);
    if (order === 'teacherFirst') return;
    const kdml = trained(
      { name: 'kdml', peers: 1, alpha: 1, beta: 1 },
      { models: { teacher: single, student1: single } },
    );
    for (const [to, from] of [
      ['teacher', 'teacher'],
      ['student1', 'student'],
    ] as const)
      networkOf(kdml, to).copyFrom(networkOf(build({ temperature: 1 }, SINGLE), from));
    const steps = new Steps(stageOf(kdml, 'cohort'));
    for (const name of NAMES) await steps.take(given(name));
    close(weightsOf(networkOf(kdml, 'student1')), weightsOf(networkOf(training, 'student')), 1e-6);
  });

  it('networks of other families are guided where their stages meet from the end', async () => {
    const training = build({}, { models: { teacher: images(10), student: single } });
    expect(Object.keys(training.networks)).toEqual(['teacher', 'student']);
    const [first] = await run(training, ['one']);
    expect(Number.isFinite(first?.total)).toBe(true);
  });
});

/** A logit of a·x against one of 0, as softmax sees it: two logits ∓ a·x/2, each of which moves a by half. */
describe.each(['cpu', 'wasm'] as const)('the scalar co-training of the fixture on %s', (backend) => {
  beforeAll(() => use(backend));

  it.each([
    ['trace_ab_simultaneous_w1', { order: 'simultaneous', kdWeight: 1 }],
    ['trace_ab_teacher_first_w1', { order: 'teacherFirst', kdWeight: 1 }],
    ['trace_ab_w0', { order: 'simultaneous', kdWeight: 0 }],
    ['trace_ab_w0', { order: 'teacherFirst', kdWeight: 0 }],
  ] as const)('9: %s, %j', async (key, settings) => {
    const training = build(
      { temperature: 1, ...settings },
      { input: [1], classes: 2, models: { teacher: table, student: table } },
    );
    const kernel = 'main/head/0.dense/kernel';
    for (const [name, start] of [
      ['teacher', scalar.a0],
      ['student', scalar.b0],
    ] as const)
      networkOf(training, name).set(kernel, Float32Array.of(-start / 2, start / 2));
    const slope = (name: string): number => {
      const [down = NaN, up = NaN] = networkOf(training, name).variable(kernel).dataSync();
      return up - down;
    };
    // Both logits move the slope, so half the fixture's rate does it.
    const steps = new Steps(stageOf(training, 'training'), {
      ...SGD,
      learningRate: 0.25,
      momentum: 0,
      nesterov: false,
      weightDecay: 0,
    });
    const found = [[slope('teacher'), slope('student')]];
    for (let step = 0; step < 3; step++) {
      await steps.take({
        size: 3,
        views: [tf.tensor2d(scalar.x, [3, 1])],
        labels: classes(scalar.y),
        samples: new Uint32Array(3),
      });
      found.push([slope('teacher'), slope('student')]);
    }
    close(found, scalar[key], 1.5e-6);
    close(
      found.map(([a]) => a),
      scalar.trace_ab_w0.map(([a]) => a),
      1.5e-6,
    );
  });
});
