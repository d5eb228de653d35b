import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { use } from '../../backends/ops/testing.ts';
import { densenet } from '../../models/densenet.spec.ts';
import { parameterCount, traceNetwork } from '../../models/shapes.spec.ts';
import { branched } from '../../models/spec.ts';
import { emaCoefficient, type EmaWarmup } from '../../schedules/emaWarmup.ts';
import { dkelTerms } from '../dkel/losses.ts';
import {
  classes,
  close,
  expectSlope,
  farthest,
  fixture,
  rows,
  slopes,
  termOf,
  totalOf,
} from '../parts/testing.ts';
import { pclOptions, pclWeight } from './options.ts';

interface Scheduled {
  readonly epoch: number;
  readonly omega: number;
  readonly total: number;
  readonly peer: readonly number[];
}
const {
  loss,
  schedules,
  ema,
  model_sizes_densenetd40k12_without_branch_bn: sizes,
} = fixture('pcl') as {
  readonly loss: {
    readonly inputs: {
      readonly temperature: number;
      readonly labels: number[];
      readonly peer_logits: number[][][];
      readonly ensemble_logits: number[][];
      readonly teacher_logits: number[][][];
    };
    readonly components: Readonly<Record<string, unknown>>;
    readonly released_schedule: readonly Scheduled[];
    readonly reference_schedule: readonly Scheduled[];
    readonly gradients: {
      readonly omega: number;
      readonly total: number;
      readonly d_peer_logits: number[][][];
      readonly d_ensemble_logits: number[][];
    };
  };
  readonly schedules: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly ema: Readonly<Record<string, number[] & Readonly<Record<string, number>>>> & {
    readonly teacher0: number;
    readonly mean_teacher_after_1500_constant_student_w2_teacher0_10: number;
  };
  readonly model_sizes_densenetd40k12_without_branch_bn: readonly Readonly<Record<string, number>>[];
};
const { temperature: T, labels } = loss.inputs;
const N = labels.length;
interface Logits {
  readonly peers: tf.Tensor2D[];
  readonly ensemble: tf.Tensor2D;
  readonly teachers: tf.Tensor2D[];
}
const given = (): Logits => ({
  peers: loss.inputs.peer_logits.map(rows),
  ensemble: rows(loss.inputs.ensemble_logits),
  teachers: loss.inputs.teacher_logits.map(rows),
});
/** PCL's terms: DKEL's without an assembled target. */
const terms = (logits: Logits, omega: number) =>
  dkelTerms(logits, classes(labels), T, { peerEnsemble: omega, teachers: omega, assembled: 0 }, false);
const perPeer = (logits: Logits, omega: number): number[] =>
  logits.peers.map((_, j) => totalOf(terms(logits, omega), `peer${j + 1}`));
const optionsOf = (settings: object) => pclOptions.parse({ name: 'pcl', ...settings });

describe.each(['cpu', 'wasm'] as const)('the PCL loss on %s', (backend) => {
  beforeAll(() => use(backend));

  it.each([
    ['released_schedule', { rampShape: 'released', rampEpochs: 80 }],
    ['reference_schedule', {}],
  ] as const)('equals the fixture at every epoch of the %s', (key, settings) => {
    expect(loss[key].length).toBeGreaterThanOrEqual(10);
    for (const { epoch, omega, total, peer } of loss[key]) {
      const found = pclWeight(optionsOf(settings), epoch, 300);
      close(found, omega, 1e-8);
      close(totalOf(terms(given(), found)), total);
      close(perPeer(given(), found), peer);
    }
  });

  it('has the fixture’s components', () => {
    const found = dkelTerms(given(), classes(labels), T, { peerEnsemble: 1, teachers: 1, assembled: 0.5 });
    const of = (name: string): number[] => [1, 2, 3].map((j) => termOf(found, `peer${j}`, name));
    close(of('crossEntropy'), loss.components['ce_peer']);
    close(of('peerEnsemble'), loss.components['kd_ensemble_to_peer']);
    close(of('individual'), loss.components['pm_individual']);
    close(of('assembled'), loss.components['pm_ensemble']);
    close(termOf(found, 'ensemble', 'crossEntropy'), loss.components['ce_ensemble']);
  });

  it('has the fixture’s gradients, which are the closed form and what differences see', () => {
    const { omega, total, d_peer_logits, d_ensemble_logits } = loss.gradients;
    const { peers, ensemble, teachers } = given();
    close(totalOf(terms(given(), omega)), total);
    const found = slopes(
      ([z1, z2, z3, ze]) =>
        terms({ peers: [z1, z2, z3] as tf.Tensor2D[], ensemble: ze as tf.Tensor2D, teachers }, omega),
      [...peers, ensemble],
    );
    close(found.slice(0, 3), d_peer_logits);
    close(found[3], d_ensemble_logits);
    const soft = (z: tf.Tensor): tf.Tensor => tf.softmax(tf.div(z, T));
    peers.forEach((z, j) => {
      const others = teachers.filter((_, k) => k !== j).map(soft);
      const pull = tf.sub(tf.mul(2, soft(z)), tf.add(soft(ensemble), tf.div(tf.addN(others), 2)));
      const hard = tf.div(tf.sub(tf.softmax(z), tf.oneHot(classes(labels), 4)), N);
      close(tf.add(hard, tf.mul((omega * T) / N, pull)), d_peer_logits[j]);
    });
    const [first] = peers;
    if (!first) throw new Error('There is no peer.');
    expectSlope(
      (z) => totalOf(terms({ peers: [z, ...peers.slice(1)], ensemble, teachers }, omega)),
      first,
      found[0] ?? [],
    );
  });

  it('is that of the worked example', () => {
    const row = (...values: number[]): tf.Tensor2D => rows([values]);
    const found = dkelTerms(
      {
        peers: [row(2, 0, -1), row(1, 1, 0), row(0, 0.5, 1)],
        ensemble: row(1.5, 0.5, -0.5),
        teachers: [row(2.5, 0, -1), row(1, 0.5, 0), row(0.5, 0, 0.5)],
      },
      classes([0]),
      3,
      { peerEnsemble: 0.5, teachers: 0.5, assembled: 0 },
      false,
    );
    close(
      [1, 2, 3].map((j) => totalOf(found, `peer${j}`)),
      [0.520482, 1.163127, 2.582287],
      2e-6,
    );
    close(totalOf(found, 'ensemble'), 0.407606, 2e-6);
    close(totalOf(found), 4.673502, 2e-6);
  });

  it('1: equals DKEL’s with λ ≡ 0 and the same teacher', () => {
    for (const omega of [0, 0.3, 1]) {
      const weights = { peerEnsemble: omega, teachers: omega, assembled: 0 };
      close(totalOf(terms(given(), omega)), totalOf(dkelTerms(given(), classes(labels), T, weights)), 1e-6);
    }
  });

  it('2: is (m + 1)·CE where all logits are equal', () => {
    const [z] = given().peers;
    if (!z) throw new Error('There is no peer.');
    const found = terms({ peers: [z, z, z], ensemble: z, teachers: [z, z, z] }, 1);
    for (const { name, value } of found)
      if (name !== 'crossEntropy') expect(farthest(value, 0)).toBeLessThan(1e-6);
    close(totalOf(found), 4 * termOf(found, 'peer1', 'crossEntropy'), 1e-6);
  });

  it('3: a peer is not taught by its own mean teacher, and no gradient reaches teachers or, by KD, the ensemble', () => {
    const { peers, ensemble, teachers } = given();
    const [m1, ...others] = teachers as [tf.Tensor2D, ...tf.Tensor2D[]];
    const moved = { peers, ensemble, teachers: [tf.mul<tf.Tensor2D>(m1, -2), ...others] };
    const [before, after] = [perPeer(given(), 1), perPeer(moved, 1)];
    close(after[0], before[0], 1e-6);
    for (const j of [1, 2]) expect(farthest(after[j], before[j])).toBeGreaterThan(1e-2);
    const [toEnsemble, ...toTeachers] = slopes(
      ([ze, ...given]) =>
        terms({ peers, ensemble: ze as tf.Tensor2D, teachers: given }, 1).filter(
          ({ role }) => role !== 'ensemble',
        ),
      [ensemble, ...teachers],
    );
    for (const gradient of [toEnsemble, ...toTeachers]) close(gradient, new Array(12).fill(0), 0);
  });

  it('6: the reference weight rises to ω_max at epoch 80; the released one is 1 at epoch 1 and 81, and nothing between', () => {
    const at = (epoch: number, settings = {}): number => pclWeight(optionsOf(settings), epoch, 300);
    for (const [epoch, value] of Object.entries(schedules['ramp_reference_alpha80'] ?? {}))
      close(at(Number(epoch)), value, 1e-9);
    for (const [epoch, value] of Object.entries(schedules['released_pcl_lambda1'] ?? {}))
      close(at(Number(epoch), { rampShape: 'released', rampEpochs: 80 }), value, 1e-15);
    for (let e = 1; e <= 300; e++) expect(at(e)).toBeGreaterThanOrEqual(at(e - 1));
    for (let e = 80; e <= 300; e++) expect(at(e)).toBe(1);
    const released = [1, 3, 81].map((e) => at(e, { rampShape: 'released' }));
    expect([released[0], released[2]]).toEqual([1, 1]);
    expect(released[1]).toBeLessThan(1e-8);
  });

  it('7: a permutation of peers with their teachers permutes their losses', () => {
    const { peers, ensemble, teachers } = given();
    const before = perPeer(given(), 1);
    fc.assert(
      fc.property(fc.shuffledSubarray([0, 1, 2], { minLength: 3 }), (order) => {
        const by = <X>(list: readonly X[]): X[] => order.map((j) => list[j] as X);
        const permuted = { peers: by(peers), ensemble, teachers: by(teachers) };
        close(perPeer(permuted, 1), by(before), 1e-6);
        close(totalOf(terms(permuted, 1)), totalOf(terms(given(), 1)), 1e-6);
      }),
      { numRuns: 6 },
    );
  });

  it('8: a single peer has no mean teacher to learn from, which is 0 and no NaN', () => {
    const { peers, ensemble, teachers } = given();
    const found = terms({ peers: peers.slice(0, 1), ensemble, teachers: teachers.slice(0, 1) }, 1);
    expect(found.map(({ role, name }) => `${role}/${name}`)).toEqual([
      'peer1/crossEntropy',
      'peer1/peerEnsemble',
      'ensemble/crossEntropy',
    ]);
    const { ce_peer, ce_ensemble, kd_ensemble_to_peer } = loss.components as Record<string, number[]>;
    close(totalOf(found), (ce_peer?.[0] ?? NaN) + Number(ce_ensemble) + (kd_ensemble_to_peer?.[0] ?? NaN));
  });
});

describe('what PCL counts with', () => {
  const sequence = (warmup: EmaWarmup, beta: number, students: readonly number[]): number[] => {
    let teacher = ema.teacher0;
    return students.map((student, step) => {
      const alpha = emaCoefficient(warmup, step, beta);
      return (teacher = alpha * teacher + (1 - alpha) * student);
    });
  };

  it('its averages are the fixture’s', () => {
    const students = ema['student_sequence'] ?? [];
    close(sequence('none', 0.999, students), ema['constant'], 1e-9);
    close(sequence('overwriteFirst', 0.999, students), ema['released'], 1e-9);
    close(sequence('keepInit', 0.999, students), ema['mean_teacher'], 1e-9);
    close(sequence('none', 0.9, students), ema['constant_beta0.9'], 1e-9);
    const constant = new Array<number>(1500).fill(2);
    const after = (key: string, warmup: EmaWarmup, beta: number): void => {
      const found = sequence(warmup, beta, constant);
      for (const [count, value] of Object.entries(ema[key] ?? {}))
        close(found[Number(count) - 1], value, 1e-9);
    };
    after('constant_student_w2_teacher0_10_beta0.9_after_N', 'none', 0.9);
    after('mean_teacher_constant_student_w2_teacher0_10_after_N', 'keepInit', 0.999);
    close(
      sequence('keepInit', 0.999, constant).at(-1),
      ema.mean_teacher_after_1500_constant_student_w2_teacher0_10,
      1e-9,
    );
  });

  it('its DenseNet without the final batch norm has the fixture’s sizes', () => {
    expect(sizes).toHaveLength(2);
    for (const { classes: outputs = 0, ...expected } of sizes) {
      const spec = branched(
        densenet({ name: 'densenetd40k12', finalBatchNorm: false }, outputs),
        [32, 32, 3],
        ['branch1', 'branch2', 'branch3'],
        { name: 'ensemble', classes: outputs },
      );
      const { parameters } = traceNetwork(spec);
      const of = (scope: string): number =>
        parameterCount({
          ...traceNetwork(spec),
          parameters: parameters.filter(({ name }) => name.startsWith(scope)),
        });
      expect({
        trunk_params: of('trunk/'),
        branch_params: of('branch2/'),
        ensemble_fc_params: of('ensemble/'),
        total_params_3_peers: of(''),
      }).toEqual(expected);
    }
  });
});
