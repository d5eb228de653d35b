import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { use } from '../../backends/ops/testing.ts';
import {
  batchOf,
  classes,
  close,
  expectSlope,
  fixture,
  gradientsOf,
  networkOf,
  rows,
  slopes,
  stageOf,
  Steps,
  termOf,
  totalOf,
  trained,
  untouched,
  valuesOf,
  weightsOf,
} from '../parts/testing.ts';
import { meanTeacherTerms } from './losses.ts';
import { consistencyWeight, meanTeacherOptions } from './options.ts';

const { inputs, mean_teacher: stated } = fixture('baselines') as {
  readonly inputs: { readonly labels: number[] };
  readonly mean_teacher: {
    readonly student: number[][];
    readonly teacher: number[][];
    readonly mse_softmax: number;
    readonly kl_T1: number;
    readonly total_w10_mse: number;
  };
};
const y = (): tf.Tensor1D => classes(inputs.labels);
const termsOf = (z: tf.Tensor2D, g: tf.Tensor2D, distance: 'mse' | 'kl', weight = 1) =>
  meanTeacherTerms(z, g, y(), distance, weight);
const optionsOf = (settings: object = {}) => meanTeacherOptions.parse({ name: 'meanTeacher', ...settings });

describe.each(['cpu', 'wasm'] as const)('Mean Teacher on %s', (backend) => {
  beforeAll(() => use(backend));

  it('Mean Teacher: equals the fixture', () => {
    const [z, g] = [rows(stated.student), rows(stated.teacher)];
    close(termOf(termsOf(z, g, 'mse'), 'student', 'consistency'), stated.mse_softmax);
    close(termOf(termsOf(z, g, 'kl'), 'student', 'consistency'), stated.kl_T1);
    // After the ramp the weight is 10 for mse and 1 for kl.
    expect([
      consistencyWeight(optionsOf(), 299, 300),
      consistencyWeight(optionsOf({ distance: 'kl' }), 299, 300),
    ]).toEqual([10, 1]);
    close(totalOf(termsOf(z, g, 'mse', consistencyWeight(optionsOf(), 299, 300))), stated.total_w10_mse);
  });

  it.each(['mse', 'kl'] as const)(
    'Mean Teacher: D(z, z) = 0, and D is blind to a constant per sample, %s',
    (distance) => {
      const [z, g] = [rows(stated.student), rows(stated.teacher)];
      const of = (a: tf.Tensor2D, b: tf.Tensor2D): number =>
        termOf(termsOf(a, b, distance), 'student', 'consistency');
      expect(Math.abs(of(z, z))).toBeLessThan(1e-6);
      const shift = tf.tensor2d([[5], [-300], [20]]);
      close(of(tf.add(z, shift), tf.sub(g, shift)), of(z, g), 1e-4);
    },
  );

  it('Mean Teacher: mse is at most 2/C, which opposite certainties reach', () => {
    const row = fc.array(fc.float({ min: -100, max: 100, noNaN: true }), { minLength: 4, maxLength: 4 });
    const three = fc.array(row, { minLength: 3, maxLength: 3 });
    fc.assert(
      fc.property(three, three, (a, b) => {
        const value = termOf(termsOf(rows(a), rows(b), 'mse'), 'student', 'consistency');
        expect(value).toBeGreaterThanOrEqual(0);
        expect(value).toBeLessThanOrEqual(2 / 4 + 1e-6);
      }),
      { numRuns: 60 },
    );
    const certain = (c: number): tf.Tensor2D =>
      tf.mul(tf.tile(tf.oneHot(tf.tensor1d([c], 'int32'), 4), [3, 1]), 100);
    close(termOf(termsOf(certain(0), certain(2), 'mse'), 'student', 'consistency'), 0.5, 1e-6);
  });

  it.each(['mse', 'kl'] as const)('Mean Teacher: gradients are what differences see, %s', (distance) => {
    const [z, g] = [rows(stated.student), rows(stated.teacher)];
    const [gradient = []] = slopes(([x]) => termsOf(x as tf.Tensor2D, g, distance, 3), [z]);
    expectSlope((x) => totalOf(termsOf(x, g, distance, 3)), z, gradient);
  });
});

describe('the weight of consistency', () => {
  it('Mean Teacher: rises as exp(−5(1 − e/R)²) over a tenth of the stage', () => {
    for (const e of [0, 1, 10, 29])
      expect(consistencyWeight(optionsOf(), e, 300)).toBeCloseTo(10 * Math.exp(-5 * (1 - e / 30) ** 2), 12);
    expect(consistencyWeight(optionsOf({ weightMax: 100, rampEpochs: 5 }), 5, 300)).toBe(100);
  });
});

describe('Mean Teacher at work', () => {
  beforeAll(() => use('wasm'));
  const build = (settings: object = {}) => {
    const training = trained({ name: 'meanTeacher', ...settings });
    return {
      stage: stageOf(training, 'training'),
      student: networkOf(training, 'student'),
      teacher: networkOf(training, 'teacher'),
    };
  };

  it('Mean Teacher: after one step the teacher is half way between its start and the student', async () => {
    const { stage, student, teacher } = build();
    const start = weightsOf(teacher);
    expect(weightsOf(student)).toEqual(start);
    await new Steps(stage).take(batchOf('one', { views: 2 }));
    const now = weightsOf(student);
    close(
      weightsOf(teacher),
      start.map((v, i) => (v + (now[i] ?? NaN)) / 2),
      1e-6,
    );
  });

  it('Mean Teacher: of a constant student it is (φ₀ + N w)/(N + 1), until the ceiling', () => {
    const { stage, student, teacher } = build();
    const name = 'main/head/0.dense/kernel';
    const size = student.variable(name).size;
    student.set(name, new Float32Array(size).fill(2));
    teacher.set(name, new Float32Array(size).fill(10));
    for (let n = 1; n <= 100; n++) {
      const clock = { step: n - 1, stageStep: n - 1, epoch: 0, stage: 'training' };
      tf.tidy(() => stage.afterStep?.(clock, null));
      close(teacher.variable(name).dataSync()[0], (10 + 2 * n) / (n + 1), 1e-5);
    }
    const alpha = (stageStep: number): number =>
      stage.schedules({ step: 0, stageStep, epoch: 0, stage: '' })['alpha'] ?? NaN;
    expect([alpha(0), alpha(997), alpha(998), alpha(5000)]).toEqual([0.5, 1 - 1 / 999, 0.999, 0.999]);
  });

  it.each(['mse', 'kl'])(
    'Mean Teacher: no gradient reaches the teacher, which sees another view, %s',
    (distance) => {
      const { stage, student, teacher } = build({ distance, rampEpochs: 1 });
      const [phase] = stage.phases;
      const batch = batchOf('one', { views: 2 });
      const clock = { step: 5, stageStep: 5, epoch: 9, stage: 'training' };
      expect(untouched(gradientsOf(phase, batch, teacher.parameters(), undefined, clock))).toBe(true);
      expect(
        untouched(
          gradientsOf(phase, batch, student.parameters(), ({ name }) => name === 'consistency', clock),
        ),
      ).toBe(false);
      const [x1, x2] = batch.views as [tf.Tensor, tf.Tensor];
      const [target] = phase?.targets?.(batch, clock) ?? [];
      const [same] = phase?.targets?.({ ...batch, views: [x2, x2] }, clock) ?? [];
      const [other] = phase?.targets?.({ ...batch, views: [x2, x1] }, clock) ?? [];
      close(target, same, 1e-6);
      expect(tf.max(tf.abs(tf.sub(target as tf.Tensor, other as tf.Tensor))).dataSync()[0]).toBeGreaterThan(
        1e-3,
      );
    },
  );

  it('Mean Teacher: averages trainable tensors alone; the teacher’s statistics are those of its own passes', async () => {
    const { stage, student, teacher } = build();
    await new Steps(stage).take(batchOf('one', { views: 2 }));
    const [name = ''] = teacher.trace.statistics.map((each) => each.name);
    const [own, mean] = [valuesOf(teacher)[name] ?? [], valuesOf(student)[name] ?? []];
    // Not the student's, and not half way from 0 to them.
    expect(own).not.toEqual(mean);
    expect(own.some((v, i) => Math.abs(v - (mean[i] ?? NaN) / 2) > 1e-6)).toBe(true);
    expect(own.some((v) => v !== 0)).toBe(true);
  });
});
