import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { classificationMetrics, softmaxRows } from '../../analysis/classification.ts';
import { homogenization, pairGap } from '../../analysis/homogenization.ts';
import { distillationKlToProbabilities } from '../../backends/ops/index.ts';
import { use } from '../../backends/ops/testing.ts';
import { coupledDistillation, crossEntropy, distillation, type LossTerm } from '../../losses/terms.ts';
import {
  batchOf,
  classes,
  close,
  clockOf,
  fixture,
  gradientsOf,
  indicators,
  networkOf,
  number,
  rows,
  slopes,
  stageOf,
  table,
  termsAt,
  totalOf,
  trained,
  untouched,
} from './testing.ts';

type Rows = number[][];
const { inputs, basics, diversity } = fixture('baselines') as {
  readonly inputs: { readonly labels: number[]; readonly logits: Rows[]; readonly extra_logits: Rows };
  readonly basics: Readonly<Record<'softmax_T1' | 'softmax_T3', Rows[]>> &
    Readonly<Record<'ce' | 'per_sample_kl_T3_z0_from_extra', number[]>> &
    Readonly<
      Record<
        | 'kl_T1_z0_from_extra'
        | 'kl_T3_z0_from_extra'
        | 'kl_T4_z0_from_extra'
        | 'kl_reverse_T3'
        | 'kl_T3_with_eps1e-7',
        number
      >
    >;
  readonly diversity: Readonly<
    Record<
      'pairwise_l2_mean' | 'student_teacher_l2' | 'disagreement' | 'marginal_entropy_norm_peer',
      number[]
    >
  > & { readonly teacher_logits: Rows[]; readonly diversity_mean: number };
};
const [z0 = [], z1 = []] = inputs.logits;
const kd = (z: Rows, g: Rows, temperature: number): number =>
  number(distillation('', '', rows(z), rows(g), temperature, 1).value);

describe.each(['cpu', 'wasm'] as const)('what all baselines are made of, on %s', (backend) => {
  beforeAll(() => use(backend));

  it('General: softmax, cross-entropy and KD equal the fixture', () => {
    close(
      inputs.logits.map((z) => tf.softmax(rows(z))),
      basics.softmax_T1,
    );
    close(
      inputs.logits.map((z) => tf.softmax(tf.div(rows(z), 3))),
      basics.softmax_T3,
    );
    close(
      inputs.logits.map((z) => number(crossEntropy('', rows(z), classes(inputs.labels)).value)),
      basics.ce,
    );
    const g = inputs.extra_logits;
    close(
      [1, 3, 4].map((T) => kd(z0, g, T)),
      [basics.kl_T1_z0_from_extra, basics.kl_T3_z0_from_extra, basics.kl_T4_z0_from_extra],
    );
    close(kd(g, z0, 3), basics.kl_reverse_T3);
    close(
      z0.map((row, n) => kd([row], [g[n] ?? []], 3)),
      basics.per_sample_kl_T3_z0_from_extra,
    );
    // Official codes add 1e-7 to the target; we do not.
    const added = tf.add<tf.Tensor2D>(tf.softmax(tf.div(rows(g), 3)), 1e-7);
    close(number(distillationKlToProbabilities(rows(z0), added, 3)), basics['kl_T3_with_eps1e-7'], 1e-6);
  });

  it.each([
    ['a constant target', distillation],
    ['one that is not', coupledDistillation],
  ] as const)(
    'General: KD is 0 for equal logits, never negative, blind to a constant per sample, %s',
    (_title, term) => {
      const of = (z: Rows, g: Rows, T: number): number => number(term('', '', rows(z), rows(g), T, 1).value);
      const row = fc.array(fc.float({ min: -20, max: 20, noNaN: true }), { minLength: 4, maxLength: 4 });
      const pair = fc.tuple(row, row);
      fc.assert(
        fc.property(
          pair,
          pair,
          fc.constantFrom(1, 3, 4),
          fc.integer({ min: -50, max: 50 }),
          (z, g, T, shift) => {
            const value = of(z, g, T);
            expect(value).toBeGreaterThanOrEqual(-1e-4);
            expect(Math.abs(of(z, z, T))).toBeLessThan(1e-4);
            const moved = (list: Rows): Rows => list.map((each, n) => each.map((v) => v + shift * (n + 1)));
            expect(Math.abs(of(moved(z), moved(g), T) - value)).toBeLessThan(1e-3 * (1 + value));
          },
        ),
        { numRuns: 50 },
      );
    },
  );

  it('General: loss and gradients are finite for logits of ±1e4', () => {
    const extreme = rows([[1e4, -1e4, 0, 1e4]]);
    const other = rows([[-1e4, 1e4, -1e4, 0]]);
    for (const term of [distillation, coupledDistillation])
      for (const T of [1, 3]) {
        const make = (zs: tf.Tensor2D[]): LossTerm[] => [
          term('', '', zs[0] as tf.Tensor2D, zs[1] as tf.Tensor2D, T, 1),
          crossEntropy('', zs[0] as tf.Tensor2D, classes([1])),
        ];
        expect(Number.isFinite(totalOf(make([extreme, other])))).toBe(true);
        expect(slopes(make, [extreme, other]).flat().every(Number.isFinite)).toBe(true);
      }
  });
});

describe('the diversity of peers', () => {
  it('General: equals the fixture', () => {
    const of = (logits: Rows) =>
      softmaxRows({ logits: Float32Array.from(logits.flat()), labels: [0, 0, 0], classes: 4 });
    const [peers, teachers] = [inputs.logits.map(of), diversity.teacher_logits.map(of)];
    const pairs = [
      [0, 1],
      [0, 2],
      [1, 2],
    ] as const;
    const at = (list: readonly Float64Array[], index: number): Float64Array =>
      list[index] ?? new Float64Array();
    const gaps = pairs.map(([i, k]) => pairGap(at(peers, i), at(peers, k), 4));
    close(
      gaps.map(({ distance }) => distance),
      diversity.pairwise_l2_mean,
      1e-6,
    );
    close(
      gaps.map(({ disagreement }) => disagreement),
      diversity.disagreement,
      1e-6,
    );
    const matched = peers.map((peer, j) => [peer, at(teachers, j)] as const);
    close(homogenization(peers, matched, 4).peers, diversity.diversity_mean, 1e-6);
    close(
      matched.map(([a, b]) => pairGap(a, b, 4).distance),
      diversity.student_teacher_l2,
      1e-6,
    );
    close(
      inputs.logits.map(
        (logits) =>
          classificationMetrics({ logits: Float32Array.from(logits.flat()), labels: [0, 0, 0], classes: 4 })
            .marginalEntropy,
      ),
      diversity.marginal_entropy_norm_peer,
      1e-6,
    );
  });
});

describe('baselines with a ramp', () => {
  beforeAll(() => use('wasm'));

  it.each(['pcl', 'clilr', 'one', 'okddip', 'ffl'])(
    'General: ω = 0 leaves the cross-entropies of %s',
    (name) => {
      const training = trained({ name, omegaMax: 0 });
      const terms = termsAt(
        stageOf(training, 'training').phases[0],
        batchOf('one'),
        clockOf('training', 0, 299),
      );
      const ce = terms.filter((term) => term.name === 'crossEntropy');
      expect(terms.length).toBeGreaterThan(ce.length);
      close(totalOf(terms), totalOf(ce), 1e-6);
      for (const { weight } of ce) expect(weight).toBe(1);
    },
  );

  it.each(['clilr', 'one', 'okddip', 'ffl'])('General: the ramp of %s is 80 of 300 epochs', (name) => {
    const stage = stageOf(trained({ name }), 'training');
    const at = (epoch: number): number => stage.schedules(clockOf('training', 0, epoch))['omega'] ?? NaN;
    close([at(0), at(40), at(80), at(200)], [Math.exp(-5), Math.exp(-5 / 4), 1, 1], 1e-9);
  });

  it.each([
    ['clilr', 1],
    ['one', 1],
    ['okddip', 1],
    ['ffl', 1],
    ['dml', 1],
    ['kdcl', 2],
    ['pcl', 3],
    ['meanTeacher', 2],
  ] as const)('General: %s sees %i view or views', (name, views) => {
    expect(trained({ name }).stages.at(-1)?.phases[0]?.views).toBe(views);
  });

  it.each([
    ['pcl', 'teacher', 'training'],
    ['meanTeacher', 'teacher', 'training'],
    ['hinton', 'teacher', 'distillation'],
  ])('General: no gradient reaches the teacher of %s', (method, teacher, stage) => {
    const training = trained({ name: method });
    const parameters = networkOf(training, teacher).parameters();
    expect(untouched(gradientsOf(stageOf(training, stage).phases[0], batchOf('one'), parameters))).toBe(true);
  });

  it('General: networks of KDCL and DML at logits of ±1e4 have finite losses', () => {
    for (const name of ['dml', 'kdcl']) {
      const training = trained({ name }, { input: [3], classes: 4, models: { peer1: table, peer2: table } });
      [z0, z1].forEach((logits, k) => {
        networkOf(training, `peer${k + 1}`).set(
          'main/head/0.dense/kernel',
          Float32Array.from(logits.flat(), (v) => v * 4000),
        );
      });
      const [phase] = training.stages[0]?.phases ?? [];
      expect(Number.isFinite(totalOf(termsAt(phase, indicators(inputs.labels, 2))))).toBe(true);
    }
  });
});
