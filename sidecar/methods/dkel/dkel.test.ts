import { readFileSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { prepareBackend } from '../../backends/prepare.ts';
import { weightedSum } from '../../losses/terms.ts';
import { mlp } from '../../models/mlp.spec.ts';
import { INFERENCE, type Network } from '../../models/network.ts';
import type { Clock, TrainingBatch } from '../training.ts';
import { dkel } from './index.ts';
import { dkelTerms, type DkelWeights } from './losses.ts';
import { dkelOptions, distillationWeight, ensembleWeight } from './options.ts';

interface Scheduled {
  epoch: number;
  omega: number;
  lambda: number;
  total: number;
  peer: number[];
}
const { loss } = JSON.parse(readFileSync('test/fixtures/methods/dkel.json', 'utf8')) as {
  loss: {
    inputs: {
      temperature: number;
      labels: number[];
      peer_logits: number[][][];
      ensemble_logits: number[][];
      teacher_logits: number[][][];
    };
    components: Record<string, number[]>;
    released_schedule: Scheduled[];
    reference_schedule: Scheduled[];
    gradients: {
      omega: number;
      lambda: number;
      total: number;
      d_peer_logits: number[][][];
      d_ensemble_logits: number[][];
    };
  };
};
const T = loss.inputs.temperature;
const peers = () => loss.inputs.peer_logits.map((logits) => tf.tensor2d(logits));
const teachers = () => loss.inputs.teacher_logits.map((logits) => tf.tensor2d(logits));
const ensemble = () => tf.tensor2d(loss.inputs.ensemble_logits);
const labels = () => tf.tensor1d(loss.inputs.labels, 'int32');
const equally = (omega: number, lambda: number): DkelWeights => ({
  peerEnsemble: omega,
  teachers: omega,
  assembled: lambda,
});

interface Logits {
  peers: tf.Tensor2D[];
  ensemble: tf.Tensor2D;
  teachers: tf.Tensor2D[];
}
const given = (): Logits => ({ peers: peers(), ensemble: ensemble(), teachers: teachers() });
const terms = (logits: Logits, omega: number, lambda: number) =>
  dkelTerms(logits, labels(), T, equally(omega, lambda));
const total = (logits: Logits, omega: number, lambda: number): number =>
  tf.tidy(() => weightedSum(terms(logits, omega, lambda)).dataSync()[0] ?? NaN);
const perPeer = (logits: Logits, omega: number, lambda: number): number[] =>
  [1, 2, 3].map((j) =>
    terms(logits, omega, lambda)
      .filter(({ role }) => role === `peer${j}`)
      .reduce((sum, { value, weight }) => sum + weight * (value.dataSync()[0] ?? NaN), 0),
  );
const close = (actual: ArrayLike<number>, expected: unknown, tolerance = 1e-5): void => {
  const wanted = (expected as number[]).flat(Infinity);
  expect(actual.length).toBe(wanted.length);
  wanted.forEach((value, index) => {
    expect(Math.abs((actual[index] ?? NaN) - value)).toBeLessThanOrEqual(
      tolerance * Math.max(1, Math.abs(value)),
    );
  });
};

describe.each(['cpu', 'wasm'] as const)('the DKEL loss on %s', (backend) => {
  beforeAll(async () => {
    await prepareBackend(backend, { env: {} });
  });

  it.each([
    ['released_schedule', { omegaMax: 0.1, rampShape: 'released' }],
    ['reference_schedule', { omegaMax: 1, rampShape: 'reference' }],
  ] as const)('equals the fixture at every epoch of the %s', (key, settings) => {
    const options = dkelOptions.parse({ name: 'dkel', rampEpochs: 80, ...settings });
    expect(loss[key].length).toBeGreaterThanOrEqual(10);
    for (const { epoch, omega, lambda, total: expected, peer } of loss[key]) {
      const [w, l] = [distillationWeight(options, epoch, 300), ensembleWeight(options, epoch)];
      close([w, l], [omega, lambda], 1e-8);
      close([total(given(), w, l)], [expected]);
      close(perPeer(given(), w, l), peer);
    }
  });

  it('has the fixture’s components', () => {
    const values = new Map(
      terms(given(), 1, 0.5).map(({ role, name, value }) => [`${role}/${name}`, value.dataSync()[0] ?? NaN]),
    );
    const of = (name: string) => [1, 2, 3].map((j) => values.get(`peer${j}/${name}`) ?? NaN);
    close(of('crossEntropy'), loss.components['ce_peer']);
    close(of('peerEnsemble'), loss.components['kd_ensemble_to_peer']);
    close(of('individual'), loss.components['pm_individual']);
    close(of('assembled'), loss.components['pm_ensemble']);
    close([values.get('ensemble/crossEntropy') ?? NaN], [loss.components['ce_ensemble']]);
  });

  it('has the fixture’s gradients, which are the closed forms', () => {
    const { omega, lambda, total: expected, d_peer_logits, d_ensemble_logits } = loss.gradients;
    const { value, grads } = tf.valueAndGrads((z1, z2, z3, ze) =>
      weightedSum(
        terms(
          { peers: [z1, z2, z3] as tf.Tensor2D[], ensemble: ze as tf.Tensor2D, teachers: teachers() },
          omega,
          lambda,
        ),
      ),
    )([...peers(), ensemble()]);
    close(value.dataSync(), [expected]);
    d_peer_logits.forEach((gradient, j) => {
      close(grads[j]?.dataSync() ?? [], gradient);
    });
    close(grads[3]?.dataSync() ?? [], d_ensemble_logits);
    // ∂L/∂z_j = (1/N)(softmax(z_j) − onehot) + ω (T/N) [ (q_j − softmax(z_e/T)) + (q_j − λ p̂_j − (1−λ) p̄_j) ]
    const N = loss.inputs.labels.length;
    const soft = (z: tf.Tensor) => tf.softmax(tf.div(z, T));
    peers().forEach((z, j) => {
      const others = teachers().filter((_, k) => k !== j);
      const mean = (list: tf.Tensor[]) => tf.div(tf.addN(list), list.length);
      const geometric = soft(mean(others));
      const arithmetic = mean(others.map(soft));
      const pulls = tf.addN([
        tf.sub(soft(z), soft(ensemble())),
        tf.sub(soft(z), tf.add(tf.mul(lambda, geometric), tf.mul(1 - lambda, arithmetic))),
      ]);
      const hard = tf.div(tf.sub(tf.softmax(z), tf.oneHot(labels(), 4)), N);
      close(tf.add(hard, tf.mul((omega * T) / N, pulls)).dataSync(), d_peer_logits[j]);
    });
  });

  it('agrees with finite differences of its own value', () => {
    const { d_peer_logits } = loss.gradients;
    const h = 1e-2;
    const at = (shift: number) => {
      const logits = given();
      const moved =
        loss.inputs.peer_logits[0]?.map((row, n) =>
          row.map((z, c) => (n === 1 && c === 2 ? z + shift : z)),
        ) ?? [];
      return total({ ...logits, peers: [tf.tensor2d(moved), ...logits.peers.slice(1)] }, 1, 0.25);
    };
    expect((at(h) - at(-h)) / (2 * h)).toBeCloseTo(d_peer_logits[0]?.[1]?.[2] ?? NaN, 2);
  });

  it('forgets λ when the other teachers agree, and the teachers when they agree with the peer', () => {
    const [, same] = teachers();
    if (!same) throw new Error('no teacher');
    const agreeing = { ...given(), teachers: [same, same, same] };
    const values = [0, 0.3, 1].map((lambda) => total(agreeing, 1, lambda));
    close(values, [values[0], values[0], values[0]], 1e-6);
    const [own] = peers();
    if (!own) throw new Error('no peer');
    const equal = terms({ peers: [own, own, own], ensemble: ensemble(), teachers: [own, own, own] }, 1, 0.5);
    for (const { name, value } of equal)
      if (name === 'individual' || name === 'assembled')
        expect(Math.abs(value.dataSync()[0] ?? NaN)).toBeLessThan(1e-6);
  });

  it('is the sum of its cross-entropies at ω = 0', () => {
    const ce = [...(loss.components['ce_peer'] ?? []), loss.components['ce_ensemble']].map(Number);
    close([total(given(), 0, 0.5)], [ce.reduce((a, b) => a + b, 0)]);
  });

  it('leaves a peer untouched by its own teacher and moves with a permutation of peers', () => {
    const before = perPeer(given(), 1, 0.25);
    const [m1, m2, m3] = teachers();
    if (!m1 || !m2 || !m3) throw new Error('three teachers');
    const after = perPeer(
      { ...given(), teachers: [tf.add(m1, tf.randomNormal([3, 4], 0, 1, 'float32', 1)), m2, m3] },
      1,
      0.25,
    );
    close([after[0] ?? NaN], [before[0]], 1e-6);
    expect(Math.abs((after[1] ?? 0) - (before[1] ?? 0))).toBeGreaterThan(1e-3);
    const [z1, z2, z3] = peers();
    if (!z1 || !z2 || !z3) throw new Error('three peers');
    const permuted = { peers: [z3, z1, z2], ensemble: ensemble(), teachers: [m3, m1, m2] };
    close(perPeer(permuted, 1, 0.25), [before[2], before[0], before[1]], 1e-5);
    close([total(permuted, 1, 0.25)], [total(given(), 1, 0.25)], 1e-5);
  });

  it('is finite and blind to row shifts for logits of any size', () => {
    fc.assert(
      fc.property(fc.double({ min: -1e4, max: 1e4, noNaN: true }), (shift) => {
        const logits = given();
        const shifted = { ...logits, teachers: logits.teachers.map((m) => tf.add<tf.Tensor2D>(m, shift)) };
        const value = total(shifted, 1, 0.25);
        expect(Number.isFinite(value)).toBe(true);
        expect(Math.abs(value - total(logits, 1, 0.25))).toBeLessThan(1e-3 * (1 + Math.abs(shift)));
      }),
      { numRuns: 30 },
    );
    const extreme = {
      peers: peers().map((z) => tf.mul(z, 1e4)),
      ensemble: ensemble(),
      teachers: teachers().map((m) => tf.mul(m, -1e4)),
    };
    expect(Number.isFinite(total(extreme as Logits, 1, 0.5))).toBe(true);
  });
});

describe('the DKEL method', () => {
  beforeAll(async () => {
    await prepareBackend('cpu', { env: {} });
  });
  const build = (settings: Record<string, unknown> = {}) => {
    const training = dkel({
      options: dkelOptions.parse({ name: 'dkel', rampShape: 'none', omegaMax: 1, ...settings }),
      seed: 4,
      input: [6],
      classes: 3,
      trainSamples: 0,
      stages: [
        { name: 'teacherInit', steps: 1, epochs: 1, schedule: { name: 'constant', warmupEpochs: 0 } },
        { name: 'distillation', steps: 4, epochs: 4, schedule: { name: 'constant', warmupEpochs: 0 } },
      ],
      modelNames: ['student'],
      backbone: () => mlp({ name: 'mlp', trunk: [5], branch: [4] }, [6], 3),
      rng: () => {
        throw new Error('DKEL draws nothing');
      },
    });
    const { student, teacher } = training.networks as { student: Network; teacher: Network };
    return { training, student, teacher };
  };
  const values = (network: Network) =>
    Object.fromEntries(
      network.declarations.map(({ name }) => [name, [...network.variable(name).dataSync()]]),
    );
  const batch = (same = false): TrainingBatch => {
    const views = [1, 2, 3].map((seed) => tf.randomNormal([5, 6], 0, 1, 'float32', same ? 1 : seed));
    return { size: 5, views, labels: tf.tensor1d([0, 1, 2, 0, 1], 'int32'), samples: new Uint32Array(5) };
  };
  const clock: Clock = { step: 0, stageStep: 0, epoch: 0, stage: 'distillation' };

  it('starts the teacher as told', () => {
    const { student, teacher } = build({ teacherInit: 'copy' });
    expect(values(teacher)).toEqual(values(student));
    const fresh = build({ teacherInit: 'fresh' });
    expect(values(fresh.teacher)).not.toEqual(values(fresh.student));
    expect(values(fresh.student)).toEqual(values(student));
    const heads = (network: Network) =>
      [1, 2, 3].map((j) => [...network.variable(`branch${j}/head/0.dense/kernel`).dataSync()]);
    const [a, b] = heads(student);
    expect(a).not.toEqual(b);
    const [c, d, e] = heads(build({ sharedHeadInit: true }).student);
    expect([d, e]).toEqual([c, c]);
  });

  it('initialises trunk and branches of the teacher, never its join, never the student', () => {
    const { training } = build();
    const names =
      training.stages[0]?.phases[0]?.parameters(clock).map(({ network, name }) => `${network}/${name}`) ?? [];
    expect(names.every((name) => name.startsWith('teacher/'))).toBe(true);
    expect(names.some((name) => name.includes('/ensemble/'))).toBe(false);
    expect(names).toHaveLength(14);
  });

  it('sends no gradient to the teacher, and none to the join but by its own cross-entropy', () => {
    const { training, student, teacher } = build();
    const phase = training.stages[1]?.phases[0];
    if (!phase?.targets) throw new Error('no targets');
    const b = batch();
    const targets = phase.targets(b, clock);
    const all = [...student.parameters(), ...teacher.parameters()].map(({ variable }) => variable);
    const gradients = (only: (name: string, role: string) => boolean) =>
      tf.variableGrads(
        () =>
          weightedSum(phase.forward(b, clock, targets).terms.filter(({ name, role }) => only(name, role))),
        all,
      ).grads;
    const full = gradients(() => true);
    for (const { variable } of student.parameters()) expect(full[variable.name]).toBeDefined();
    for (const { variable } of teacher.parameters()) expect(full[variable.name] ?? null).toBeNull();
    const withoutJoin = gradients((_name, role) => role !== 'ensemble');
    for (const { variable } of student.parameters(['ensemble']))
      expect(withoutJoin[variable.name] ?? null).toBeNull();
  });

  it('replaces the teacher at the first average only when told so', () => {
    const difference = (warmup: string) => {
      const { training, student, teacher } = build({ ema: { warmup, beta: 0.9 } });
      for (const { name } of student.trace.parameters)
        student.set(
          name,
          Float32Array.from(student.variable(name).dataSync(), (v) => v + 1),
        );
      training.stages[1]?.afterStep?.(clock, null);
      const name = 'trunk/hidden/0.dense/kernel';
      return (student.variable(name).dataSync()[0] ?? NaN) - (teacher.variable(name).dataSync()[0] ?? NaN);
    };
    expect(difference('overwriteFirst')).toBe(0);
    expect(difference('keepInit')).toBeCloseTo(0.5, 6);
    expect(difference('none')).toBeCloseTo(0.9, 6);
  });

  it('has equal peers where views and branches are equal', () => {
    const { training, student } = build();
    for (const { name } of student.trace.parameters)
      if (/^branch[23]\//u.test(name))
        student.set(
          name,
          Float32Array.from(student.variable(name.replace(/^branch\d/u, 'branch1')).dataSync()),
        );
    const phase = training.stages[1]?.phases[0];
    const b = batch(true);
    const outputs = phase?.forward(b, clock, phase.targets?.(b, clock) ?? []).outputs ?? {};
    expect([...(outputs['peer2']?.dataSync() ?? [])]).toEqual([...(outputs['peer1']?.dataSync() ?? [1])]);
  });

  it('predicts for every role, the mean teacher as a distribution', () => {
    const { training, teacher } = build();
    if (training.evaluation.kind !== 'classification') throw new Error('DKEL classifies');
    const x = tf.randomNormal([4, 6], 0, 1, 'float32', 2);
    const predictions = training.evaluation.predict(x, null);
    expect(Object.keys(predictions).sort()).toEqual(training.roles.map(({ id }) => id).sort());
    const [head] = [teacher.branch('branch2', teacher.trunk(x, INFERENCE), INFERENCE).logits];
    close([...(predictions['teacher2']?.dataSync() ?? [])], [...head.dataSync()], 1e-6);
    close([...tf.sum(tf.exp(predictions['teacherMean'] ?? tf.scalar(0)), 1).dataSync()], [1, 1, 1, 1], 1e-5);
  });
});
