import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { use } from '../../backends/ops/testing.ts';
import { dmlTerms } from '../dml/losses.ts';
import {
  classes,
  close,
  expectSlope,
  farthest,
  fixture,
  number,
  rows,
  slopes,
  termOf,
  totalOf,
} from '../parts/testing.ts';
import { ensembleLogits } from './ensemble.ts';
import { studentTerms } from './losses.ts';
import { kdml as declaration } from './options.ts';

type Rows = number[][];
interface Case {
  readonly alpha: number;
  readonly beta: number;
  readonly gamma: number;
  readonly tau: number;
  readonly students: number;
  readonly teacher_ce: number;
  readonly ce: number[];
  readonly kd_teacher_to_student: number[];
  readonly ml_peers_to_student_mean: number[];
  readonly total_per_student: number[];
  readonly grad_total_k_wrt_logits_k: Rows[];
}
const { inputs, ensemble, symmetry, ...cases } = fixture('kdml') as {
  readonly inputs: { readonly labels: number[] } & Readonly<Record<string, Rows>>;
  readonly ensemble: Readonly<Record<'prob_avg_2' | 'logit_avg_2_softmax' | 'prob_avg_3' | 'votes_3', Rows>> &
    Readonly<Record<'acc_students' | 'nll_students', number[]>> &
    Readonly<
      Record<
        'acc_teacher' | 'acc_prob_avg_2' | 'acc_prob_avg_3' | 'nll_prob_avg_2' | 'nll_prob_avg_3',
        number
      >
    >;
  readonly symmetry: { readonly KL_S1_S2: number; readonly KL_S2_S1: number };
} & Readonly<Record<'K2_tau1' | 'K2_tau2' | 'K3_tau1' | 'K2_kd_only' | 'K2_ml_only', Case>>;

const { labels } = inputs;
const y = (): tf.Tensor1D => classes(labels);
const teacher = (): tf.Tensor2D => rows(inputs['teacher'] ?? []);
const students = (count: number): tf.Tensor2D[] =>
  Array.from({ length: count }, (_, k) => rows(inputs[`student${k + 1}`] ?? []));
interface Weights {
  readonly alpha: number;
  readonly beta: number;
  readonly gamma: number;
  readonly temperature: number;
}
const EQUALLY: Weights = { alpha: 0.4, beta: 0.3, gamma: 0.3, temperature: 1 };
const terms = (k: number, of: readonly tf.Tensor2D[], weights: Partial<Weights> = {}, taught = teacher()) =>
  studentTerms(k, of, taught, y(), { ...EQUALLY, ...weights });
const replaced = (of: readonly tf.Tensor2D[], k: number, by: tf.Tensor2D): tf.Tensor2D[] =>
  of.map((each, j) => (j === k ? by : each));

/** Rows of logits, alike in shape. */
const logits = (count: number, limit: number) =>
  fc.array(
    fc.array(fc.array(fc.float({ min: -limit, max: limit, noNaN: true }), { minLength: 3, maxLength: 3 }), {
      minLength: 4,
      maxLength: 4,
    }),
    {
      minLength: count,
      maxLength: count,
    },
  );

const rounded = 1.5e-6;

describe.each(['cpu', 'wasm'] as const)('the KDML loss on %s', (backend) => {
  beforeAll(() => use(backend));

  it.each(['K2_tau1', 'K2_tau2', 'K3_tau1', 'K2_kd_only', 'K2_ml_only'] as const)(
    'equals the fixture %s',
    (name) => {
      const stated = cases[name];
      const of = students(stated.students);
      const weights = {
        alpha: stated.alpha,
        beta: stated.beta,
        gamma: stated.gamma,
        temperature: stated.tau,
      };
      of.forEach((own, k) => {
        // Terms without weight are left out of a run; here each is asked for.
        const all = terms(k, of, { ...weights, beta: stated.beta || 1, gamma: stated.gamma || 1 });
        const role = `student${k + 1}`;
        close(termOf(all, role, 'crossEntropy'), stated.ce[k], rounded);
        close(termOf(all, role, 'teacher'), stated.kd_teacher_to_student[k], rounded);
        close(termOf(all, role, 'mutual'), stated.ml_peers_to_student_mean[k], rounded);
        close(totalOf(terms(k, of, weights)), stated.total_per_student[k], rounded);
        const [gradient] = slopes(([z]) => terms(k, replaced(of, k, z as tf.Tensor2D), weights), [own]);
        close(gradient, stated.grad_total_k_wrt_logits_k[k], rounded);
        expectSlope((z) => totalOf(terms(k, replaced(of, k, z), weights)), own, gradient ?? []);
      });
    },
  );

  it('1: γ = 0 is KD alone, β = 0 is deep mutual learning, both are independent training', () => {
    const of = students(3);
    const [own, ...others] = of as [tf.Tensor2D, ...tf.Tensor2D[]];
    const kd = terms(0, of, { gamma: 0 });
    expect(kd.map(({ name }) => name)).toEqual(['crossEntropy', 'teacher']);
    close(totalOf(kd), totalOf(terms(0, [own], { gamma: 0 })), 0);
    const ml = terms(0, of, { alpha: 1, beta: 0, gamma: 1 });
    const dml = dmlTerms(0, [own, ...others], y(), {
      target: 'pairwiseMean',
      temperature: 1,
      detachTarget: true,
    });
    close(totalOf(ml), totalOf(dml), 1e-6);
    expect(terms(0, of, { alpha: 1, beta: 0, gamma: 0 }).map(({ name }) => name)).toEqual(['crossEntropy']);
  });

  it('2: a student’s loss has no gradient in the other students and the teacher', () => {
    const of = students(3);
    const [toOthers, alsoOthers, toTeacher] = slopes(
      ([z2, z3, taught]) =>
        terms(0, [of[0] as tf.Tensor2D, z2 as tf.Tensor2D, z3 as tf.Tensor2D], {}, taught),
      [...of.slice(1), teacher()],
    );
    close([toOthers, alsoOthers, toTeacher], new Array(36).fill(0), 0);
  });

  it('3: relabelled students have each other’s losses', () => {
    const [s1, s2, s3] = students(3) as [tf.Tensor2D, tf.Tensor2D, tf.Tensor2D];
    const before = [0, 1, 2].map((k) => totalOf(terms(k, [s1, s2, s3])));
    const after = [0, 1, 2].map((k) => totalOf(terms(k, [s3, s1, s2])));
    close(after, [before[2], before[0], before[1]], 1e-6);
  });

  it('4: equal students have no mutual term and equal gradients', () => {
    const [s1] = students(1) as [tf.Tensor2D];
    const found = [0, 1].map((k) => terms(k, [s1, s1]));
    expect(farthest(termOf(found[0] ?? [], 'student1', 'mutual'), 0)).toBeLessThan(1e-6);
    const [a, b] = [0, 1].map((k) =>
      slopes(([z]) => terms(k, replaced([s1, s1], k, z as tf.Tensor2D)), [s1]),
    );
    expect(a).toEqual(b);
  });

  it('5: a single student has no mutual term, which is 0', () => {
    const [s1] = students(1) as [tf.Tensor2D];
    const found = terms(0, [s1]);
    expect(found.map(({ name }) => name)).not.toContain('mutual');
    close(totalOf(found), 0.4 * 0.914556 + 0.3 * 0.14868, rounded);
  });

  it('6: the target is the first argument of KL, which is not symmetric and not negative', () => {
    const of = students(2);
    const only = { alpha: 0, beta: 0, gamma: 1 };
    // Student 2 is moved toward student 1: KL(S1 ‖ S2).
    close(termOf(terms(1, of, only), 'student2', 'mutual'), symmetry.KL_S1_S2, rounded);
    close(termOf(terms(0, of, only), 'student1', 'mutual'), symmetry.KL_S2_S1, rounded);
    fc.assert(
      fc.property(logits(2, 20), (values) => {
        expect(totalOf(terms(0, values.map(rows), only))).toBeGreaterThanOrEqual(-1e-5);
      }),
      { numRuns: 50 },
    );
  });

  it('7: the gradient is the closed form, and its rows sum to 0', () => {
    for (const temperature of [1, 2, 4]) {
      const weights = { alpha: 0.7, beta: 0.2, gamma: 0.5, temperature };
      const of = students(3);
      const [own, ...others] = of as [tf.Tensor2D, ...tf.Tensor2D[]];
      const soft = (z: tf.Tensor): tf.Tensor => tf.softmax(tf.div(z, temperature));
      const form = tf.div(
        tf.addN([
          tf.mul(weights.alpha, tf.sub(tf.softmax(own), tf.oneHot(y(), 3))),
          tf.mul(weights.beta * temperature, tf.sub(soft(own), soft(teacher()))),
          tf.mul(
            weights.gamma * temperature,
            tf.sub(soft(own), tf.div(tf.addN(others.map(soft)), others.length)),
          ),
        ]),
        labels.length,
      );
      const [gradient = []] = slopes(([z]) => terms(0, [z as tf.Tensor2D, ...others], weights), [own]);
      close(gradient, form, 1e-6);
      close(tf.sum(tf.tensor2d(gradient, [4, 3]), 1), [0, 0, 0, 0], 1e-6);
    }
  });

  it('8: the mutual term of three is half the sum of both divergences', () => {
    const [s1, s2, s3] = students(3) as [tf.Tensor2D, tf.Tensor2D, tf.Tensor2D];
    const mutual = (...of: tf.Tensor2D[]): number => termOf(terms(0, of), 'student1', 'mutual');
    close(mutual(s1, s2, s3), (mutual(s1, s2) + mutual(s1, s3)) / 2, 1e-6);
  });

  it('12: loss and gradients are finite for logits up to ±50', () => {
    fc.assert(
      fc.property(logits(3, 50), fc.constantFrom(1, 2, 4), (values, temperature) => {
        const [own, other, taught] = values.map(rows) as [tf.Tensor2D, tf.Tensor2D, tf.Tensor2D];
        expect(Number.isFinite(totalOf(terms(0, [own, other], { temperature }, taught)))).toBe(true);
        const gradients = slopes(
          ([z]) => terms(0, [z as tf.Tensor2D, other], { temperature }, taught),
          [own],
        );
        expect(gradients.flat().every(Number.isFinite)).toBe(true);
      }),
      { numRuns: 50 },
    );
  });
});

describe.each(['cpu', 'wasm'] as const)('the ensemble of students on %s', (backend) => {
  beforeAll(() => use(backend));

  const nll = (z: tf.Tensor2D): number =>
    totalOf(studentTerms(0, [z], z, y(), { ...EQUALLY, alpha: 1, beta: 0 }));
  const accuracy = (z: tf.Tensor2D): number =>
    number(tf.mean(tf.cast(tf.equal(tf.argMax(z, 1), y()), 'float32')));

  it('has the fixture’s distributions, accuracies and likelihoods', () => {
    const of = (count: number, how: 'probabilities' | 'logits' | 'votes'): tf.Tensor2D =>
      ensembleLogits(students(count), how);
    close(tf.exp(of(2, 'probabilities')), ensemble.prob_avg_2, rounded);
    close(tf.exp(of(3, 'probabilities')), ensemble.prob_avg_3, rounded);
    close(tf.softmax(of(2, 'logits')), ensemble.logit_avg_2_softmax, rounded);
    close(
      [2, 3].map((count) => accuracy(of(count, 'probabilities'))),
      [ensemble.acc_prob_avg_2, ensemble.acc_prob_avg_3],
    );
    close(
      [2, 3].map((count) => nll(of(count, 'probabilities'))),
      [ensemble.nll_prob_avg_2, ensemble.nll_prob_avg_3],
      rounded,
    );
    close(students(3).map(accuracy), ensemble.acc_students);
    close(students(3).map(nll), ensemble.nll_students, rounded);
    close(accuracy(teacher()), ensemble.acc_teacher);
    const { teacher_ce } = cases.K2_tau1;
    close(nll(teacher()), teacher_ce, rounded);
  });

  it('counts the fixture’s votes, and mean probabilities where votes are equal', () => {
    const found = tf.exp(ensembleLogits(students(3), 'votes'));
    // What is left beside the votes decides ties alone.
    close(tf.round(tf.mul(found, 3)), ensemble.votes_3, 0);
    const probabilities = rows(ensemble.prob_avg_3);
    const ties = tf.argMax(found, 1).dataSync();
    // Samples 2 and 4: each class has one vote.
    for (const sample of [1, 3]) expect(ties[sample]).toBe(tf.argMax(probabilities, 1).dataSync()[sample]);
    close(tf.sum(found, 1), [1, 1, 1, 1], 1e-6);
  });

  it('9: the likelihood of mean probabilities is no worse than the members’ mean', () => {
    fc.assert(
      fc.property(logits(3, 30), (values) => {
        const of = values.map(rows);
        const members = of.reduce((sum, z) => sum + nll(z), 0) / of.length;
        expect(nll(ensembleLogits(of, 'probabilities'))).toBeLessThanOrEqual(members + 1e-5 * (1 + members));
      }),
      { numRuns: 50 },
    );
    // Equal where members agree on the true class, whatever they think of the others.
    const swapped = students(1).map((z) => {
      const values = z.arraySync();
      return rows(
        values.map((row, n) => {
          const [a, b] = [0, 1, 2].filter((c) => c !== labels[n]) as [number, number];
          return row.map((v, c) => (c === a ? (row[b] ?? v) : c === b ? (row[a] ?? v) : v));
        }),
      );
    });
    const both = [...students(1), ...swapped];
    close(nll(ensembleLogits(both, 'probabilities')), ensemble.nll_students[0], rounded);
  });

  it.each(['probabilities', 'logits'] as const)('10: of equal students is the student, by %s', (how) => {
    const [s1] = students(1) as [tf.Tensor2D];
    close(tf.softmax(ensembleLogits([s1, s1, s1], how)), tf.softmax(s1), 1e-6);
  });

  it('10: of equal students answers as the student, by votes', () => {
    const [s1] = students(1) as [tf.Tensor2D];
    close(tf.argMax(ensembleLogits([s1, s1], 'votes'), 1), tf.argMax(s1, 1), 0);
  });

  it.each(['probabilities', 'logits', 'votes'] as const)(
    '12: has finite logits for logits up to ±50, by %s',
    (how) => {
      const extreme = [rows([[50, -50, -50]]), rows([[50, -50, 0]])];
      expect([...ensembleLogits(extreme, how).dataSync()].every(Number.isFinite)).toBe(true);
    },
  );
});

describe('the arms of the comparison', () => {
  it('are those of the specification', () => {
    expect(declaration.presets).toEqual({
      kdml: {},
      kd: { alpha: 0.5, beta: 0.5, gamma: 0 },
      ml: { alpha: 1, beta: 0, gamma: 1 },
      independent: { alpha: 1, beta: 0, gamma: 0 },
    });
    expect(declaration.options.parse({ name: 'kdml' })).toMatchObject(EQUALLY);
  });
});
