import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { use } from '../../backends/ops/testing.ts';
import { BATCH_NORM, INFERENCE, Network } from '../../models/network.ts';
import {
  classes,
  close,
  expectSlope,
  fixture,
  number,
  rows,
  slopes,
  termOf,
  totalOf,
} from '../parts/testing.ts';
import { guideSpec } from './guide.spec.ts';
import { studentTerms, teacherTerms, type Levels } from './losses.ts';
import { ekd as declaration, ekdOptions } from './options.ts';

type Rows = number[][];
type ByHead = Readonly<Record<'g1' | 'g2' | 'final', Rows>>;
type Figures = Readonly<Record<'g1' | 'g2' | 'final', number>>;
const { losses, guided_module_forward: module } = fixture('ekd') as {
  readonly losses: {
    readonly labels: number[];
    readonly tau: number;
    readonly lambda_ce: number;
    readonly lambda_kd: number;
    readonly lambda_feat: number;
    readonly teacher_logits: ByHead;
    readonly student_logits: ByHead;
    readonly teacher_features: ByHead;
    readonly student_features: ByHead;
    readonly teacher_ce_per_head: Figures;
    readonly teacher_total: number;
    readonly student_ce_per_head: Figures;
    readonly student_kd_per_head_with_tau2: Figures;
    readonly student_feature_mse_per_module: Figures;
    readonly student_total: number;
    readonly grad_student_total_wrt_student_logits: ByHead;
    readonly grad_student_total_wrt_student_features: ByHead;
  };
  readonly guided_module_forward: {
    readonly x: number[][][][];
    readonly conv1x1_kernel_in_out: Rows;
    readonly bn: Readonly<Record<'gamma' | 'beta' | 'mean' | 'variance', number[]>> & {
      readonly epsilon: number;
    };
    readonly dense_kernel: Rows;
    readonly dense_bias: number[];
    readonly after_conv: unknown;
    readonly after_bn_relu: unknown;
    readonly gap_feature: Rows;
    readonly logits: Rows;
  };
};
const HEADS = ['g1', 'g2', 'final'] as const;
const rounded = 1.5e-6;
const y = (): tf.Tensor1D => classes(losses.labels);
const levels = (of: 'teacher' | 'student'): { logits: tf.Tensor2D[]; features: tf.Tensor2D[] } => ({
  logits: HEADS.map((head) => rows(losses[`${of}_logits`][head])),
  features: HEADS.slice(0, 2).map((head) => rows(losses[`${of}_features`][head])),
});
const optionsOf = (settings: object = {}) => ekdOptions.parse({ name: 'ekd', ...settings });
const terms = (student: Levels, teacher: Levels, settings: object = {}) =>
  studentTerms(student, teacher, y(), optionsOf(settings));
const role = (of: 'teacher' | 'student', level: number): string =>
  [`${of}Guide1`, `${of}Guide2`, of][level] ?? '';

describe.each(['cpu', 'wasm'] as const)('the EKD loss on %s', (backend) => {
  beforeAll(() => use(backend));

  it('11: equals the fixture by head, in all and in its gradients', () => {
    expect([losses.tau, losses.lambda_ce, losses.lambda_kd, losses.lambda_feat]).toEqual(
      Object.values(
        (({ temperature, labelWeight, kdWeight, featureWeight }) => ({
          temperature,
          labelWeight,
          kdWeight,
          featureWeight,
        }))(optionsOf()),
      ),
    );
    const [student, teacher] = [levels('student'), levels('teacher')];
    const taught = teacherTerms(teacher, y());
    const learnt = terms(student, teacher);
    HEADS.forEach((head, level) => {
      close(
        termOf(taught, role('teacher', level), 'crossEntropy'),
        losses.teacher_ce_per_head[head],
        rounded,
      );
      const of = (name: string): number => termOf(learnt, role('student', level), name);
      close(of('crossEntropy'), losses.student_ce_per_head[head], rounded);
      close(of('distillation'), losses.student_kd_per_head_with_tau2[head], rounded);
      if (head !== 'final') close(of('feature'), losses.student_feature_mse_per_module[head], rounded);
    });
    close(totalOf(taught), losses.teacher_total, rounded);
    close(totalOf(learnt), losses.student_total, rounded);
    const found = slopes(
      (inputs) => terms({ logits: inputs.slice(0, 3), features: inputs.slice(3) }, teacher),
      [...student.logits, ...student.features],
    );
    close(
      found.slice(0, 3),
      HEADS.map((head) => losses.grad_student_total_wrt_student_logits[head]),
      rounded,
    );
    close(
      found.slice(3),
      HEADS.slice(0, 2).map((head) => losses.grad_student_total_wrt_student_features[head]),
      rounded,
    );
    student.features.forEach((feature, level) => {
      const value = (x: tf.Tensor2D): number =>
        totalOf(
          terms({ ...student, features: student.features.map((f, i) => (i === level ? x : f)) }, teacher),
        );
      expectSlope(value, feature, found[3 + level] ?? []);
    });
  });

  it.each(['sameLevel', 'shared'])(
    '1: the teacher’s logits and features get no gradient, %s',
    (teacherGuides) => {
      const [student, teacher] = [levels('student'), levels('teacher')];
      const found = slopes(
        (inputs) =>
          terms(student, { logits: inputs.slice(0, 3), features: inputs.slice(3) }, { teacherGuides }),
        [...teacher.logits, ...teacher.features],
      );
      expect(found.flat().every((value) => value === 0)).toBe(true);
    },
  );

  it('1: only as an ablation does the teacher learn from the student', () => {
    const [student, teacher] = [levels('student'), levels('teacher')];
    const found = slopes(
      (inputs) =>
        terms(
          student,
          { logits: inputs.slice(0, 3), features: inputs.slice(3) },
          { trainTeacherFromStudent: true },
        ),
      [...teacher.logits, ...teacher.features],
    );
    for (const gradient of found) expect(gradient.some((value) => value !== 0)).toBe(true);
    close(totalOf(terms(student, teacher, { trainTeacherFromStudent: true })), losses.student_total, rounded);
  });

  it('2: without KD and features only the cross-entropies are left', () => {
    const found = terms(levels('student'), levels('teacher'), { kdWeight: 0, featureWeight: 0 });
    expect(found.map(({ name }) => name)).toEqual(['crossEntropy', 'crossEntropy', 'crossEntropy']);
  });

  it('3: KD and feature terms are 0 where student and teacher are alike', () => {
    for (const { name, value } of terms(levels('teacher'), levels('teacher')))
      if (name !== 'crossEntropy') expect(Math.abs(number(value))).toBeLessThan(1e-6);
  });

  it('4: KD is not negative, and 0 only where logits differ by a constant per row', () => {
    const three = fc.array(fc.float({ min: -8, max: 8, noNaN: true }), { minLength: 3, maxLength: 3 });
    const kd = (a: Rows, b: Rows): number =>
      termOf(
        studentTerms(
          { logits: [rows(a)], features: [] },
          { logits: [rows(b)], features: [] },
          classes([0, 1]),
          optionsOf(),
        ),
        'student',
        'distillation',
      );
    fc.assert(
      fc.property(
        fc.tuple(three, three),
        fc.tuple(three, three),
        fc.integer({ min: -20, max: 20 }),
        (a, b, shift) => {
          const value = kd(a, b);
          expect(value).toBeGreaterThanOrEqual(-1e-5);
          const moved = b.map((row, n) => row.map((v) => v + shift * (n + 1)));
          expect(Math.abs(kd(a, moved) - value)).toBeLessThan(1e-4 * (1 + value));
          expect(
            Math.abs(
              kd(
                a,
                a.map((row) => row.map((v) => v + shift)),
              ),
            ),
          ).toBeLessThan(1e-4);
          const spread = Math.max(
            ...a
              .flatMap((row, n) =>
                row.map((v, c) => v - (row[0] ?? 0) - ((b[n]?.[c] ?? 0) - (b[n]?.[0] ?? 0))),
              )
              .map(Math.abs),
          );
          if (spread > 0.5) expect(value).toBeGreaterThan(1e-4);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('5: the gradient at a head is the closed form, and its rows sum to 0', () => {
    const [student, teacher] = [levels('student'), levels('teacher')];
    for (const [labelWeight, kdWeight, temperature] of [
      [1, 1, 3],
      [0.9, 0.1, 4],
      [0, 2, 1],
    ] as const) {
      const found = slopes(
        (logits) => terms({ ...student, logits }, teacher, { labelWeight, kdWeight, temperature }),
        student.logits,
      );
      student.logits.forEach((z, level) => {
        const soft = (x: tf.Tensor): tf.Tensor => tf.softmax(tf.div(x, temperature));
        const target = teacher.logits[level] as tf.Tensor2D;
        const form = tf.add(
          tf.mul(labelWeight, tf.sub(tf.softmax(z), tf.oneHot(y(), 3))),
          tf.mul(kdWeight * temperature, tf.sub(soft(z), soft(target))),
        );
        close(found[level], tf.div(form, 2), 1e-6);
        close(tf.sum(tf.tensor2d(found[level] ?? [], [2, 3]), 1), [0, 0], 1e-6);
      });
    }
  });

  it('6: the gradient of features is 2 l_f (f_S − f_T) / (B q)', () => {
    const [student, teacher] = [levels('student'), levels('teacher')];
    const found = slopes(
      (features) => terms({ ...student, features }, teacher, { featureWeight: 0.7 }),
      student.features,
    );
    student.features.forEach((own, level) => {
      close(
        found[level],
        tf.mul(tf.sub(own, teacher.features[level] as tf.Tensor2D), (2 * 0.7) / (2 * 4)),
        1e-6,
      );
    });
  });

  it('a shared guide is the teacher’s final head', () => {
    const found = terms(levels('student'), levels('teacher'), { teacherGuides: 'shared' });
    const { logits } = levels('teacher');
    const final = logits[2] as tf.Tensor2D;
    const same = terms(levels('student'), { ...levels('teacher'), logits: [final, final, final] });
    close(totalOf(found), totalOf(same), 1e-6);
  });

  it('the light module’s forward pass is the fixture’s', () => {
    const guide = new Network('guide', guideSpec('light', [2, 2, 2], 2, 3, 2), { seed: 1 });
    const set = (name: string, values: unknown): void => {
      guide.set(name, Float32Array.from([values].flat(Infinity) as number[]));
    };
    const { bn } = module;
    set('trunk/guide/0.conv/kernel', module.conv1x1_kernel_in_out);
    set('trunk/guide/1.batchNorm/gamma', bn.gamma);
    set('trunk/guide/1.batchNorm/beta', bn.beta);
    set('trunk/guide/1.batchNorm/moving_mean', bn.mean);
    // The fixture's ε is not ours; what counts is their sum.
    set(
      'trunk/guide/1.batchNorm/moving_variance',
      bn.variance.map((v) => v + bn.epsilon - BATCH_NORM.epsilon),
    );
    set('main/head/0.dense/kernel', module.dense_kernel);
    set('main/head/0.dense/bias', module.dense_bias);
    const x = tf.tensor4d(module.x);
    const [convolution, ...rest] = guide.spec.trunk[0]?.layers ?? [];
    expect([convolution?.kind, ...rest.map(({ kind }) => kind)]).toEqual(['conv', 'batchNorm', 'relu']);
    const alone = { name: 'guide', layers: convolution ? [convolution] : [] };
    close(guide.runBlocks('trunk', [alone], x, INFERENCE), module.after_conv, rounded);
    const map = guide.trunk(x, INFERENCE);
    close(map, module.after_bn_relu, rounded);
    const { features, logits } = guide.branch('main', map, INFERENCE);
    close(features, module.gap_feature, rounded);
    close(logits, module.logits, rounded);
  });

  it('the full module comes down to the last stage’s size by a bottleneck of a quarter of the width', () => {
    const { trunk } = guideSpec('full', [8, 8, 4], 2, 12, 3);
    const convolutions = (trunk[0]?.layers ?? []).flatMap((layer) =>
      layer.kind === 'conv' ? [[layer.filters, layer.kernel, layer.stride]] : [],
    );
    expect(convolutions).toEqual([
      [3, 1, 1],
      [3, 4, 4],
      [12, 1, 1],
    ]);
    expect(declaration.roles(optionsOf(), []).map(({ id }) => id)).toEqual(['teacher', 'student']);
  });
});
