import { beforeAll, describe, expect, it } from 'vitest';
import { use } from '../../backends/ops/testing.ts';
import { resnet } from '../../models/resnet.spec.ts';
import { parameterCount, traceNetwork } from '../../models/shapes.spec.ts';
import { plain } from '../../models/spec.ts';
import type { Network } from '../../models/network.ts';
import {
  batchOf,
  close,
  exported,
  farthest,
  gradientsOf,
  networkOf,
  predicted,
  samples,
  stageOf,
  Steps,
  trained,
  unreached,
  untouched,
  valuesOf,
  weightsOf,
} from '../parts/testing.ts';

const build = (settings: object = {}) => {
  const training = trained({ name: 'pcl', rampShape: 'none', ...settings });
  return {
    training,
    stage: stageOf(training, 'training'),
    student: networkOf(training, 'student'),
    teacher: networkOf(training, 'teacher'),
  };
};

describe('PCL at work', () => {
  beforeAll(() => use('wasm'));

  it('1: takes the steps of DKEL without assembled target and without initialisation', async () => {
    const ours = build();
    const dkel = trained({
      name: 'dkel',
      rampShape: 'none',
      omegaMax: 1,
      ensembleWeight: 'none',
      teacherInit: 'none',
      ema: { warmup: 'overwriteFirst' },
    });
    const [a, b] = [new Steps(ours.stage), new Steps(stageOf(dkel, 'distillation'))];
    for (const name of ['one', 'two', 'three']) {
      const batch = batchOf(name);
      close((await a.take(batch)).total, (await b.take(batch)).total, 1e-6);
    }
    for (const name of ['student', 'teacher'])
      close(weightsOf(networkOf(ours.training, name)), weightsOf(networkOf(dkel, name)), 1e-6);
  });

  it('3: sends no gradient into the mean teacher, nor by KD into the ensemble classifier', () => {
    const { stage, student, teacher } = build();
    const [phase] = stage.phases;
    expect(untouched(gradientsOf(phase, batchOf(), teacher.parameters()))).toBe(true);
    const withoutItsOwn = gradientsOf(
      phase,
      batchOf(),
      student.parameters(['ensemble']),
      ({ role }) => role !== 'ensemble',
    );
    expect(untouched(withoutItsOwn)).toBe(true);
    expect(unreached(gradientsOf(phase, batchOf(), student.parameters(['ensemble'])))).toEqual([]);
  });

  it('4: the loss of the ensemble classifier alone reaches every branch’s features and the trunk', () => {
    const { stage, student } = build({ omegaMax: 0 });
    const found = gradientsOf(
      stage.phases[0],
      batchOf(),
      student.parameters(),
      ({ role }) => role === 'ensemble',
    );
    // It reads features, so the branches' own classifiers alone have no part in it.
    expect(unreached(found).sort()).toEqual(
      [1, 2, 3].flatMap((j) => ['bias', 'kernel'].map((kind) => `student/branch${j}/head/0.dense/${kind}`)),
    );
  });

  it('5: the mean teacher is the student after the first step, then the mean of all students so far', async () => {
    const { stage, student, teacher } = build({ teacherInit: 'fresh' });
    expect(farthest(weightsOf(teacher), weightsOf(student))).toBeGreaterThan(0.1);
    const steps = new Steps(stage);
    const students: number[][] = [];
    for (const name of ['one', 'two', 'three', 'four']) {
      await steps.take(batchOf(name));
      students.push(weightsOf(student));
      const mean = weightsOf(student).map(
        (_, index) => students.reduce((sum, each) => sum + (each[index] ?? NaN), 0) / students.length,
      );
      close(weightsOf(teacher), mean, 1e-6);
      if (students.length === 1) expect(weightsOf(teacher)).toEqual(weightsOf(student));
    }
    expect(farthest(weightsOf(teacher), weightsOf(student))).toBeGreaterThan(1e-3);
  });

  it('5: starts as a copy of the student unless told otherwise', () => {
    const copy = build();
    expect(valuesOf(copy.teacher)).toEqual(valuesOf(copy.student));
  });

  it('7: a step of swapped peers is the swapped step', async () => {
    const swap = (name: string): string =>
      name.replace(/^branch([12])\//u, (_all, digit) => `branch${3 - Number(digit)}/`);
    const [one, other] = [build(), build()];
    for (const network of ['student', 'teacher'] as const)
      for (const { name } of one[network].declarations)
        other[network].set(swap(name), Float32Array.from(valuesOf(one[network])[name] ?? []));
    const kernel = 'ensemble/head/0.dense/kernel';
    const [f, c] = one.student.variable(kernel).shape as [number, number];
    const part = (f * c) / 3;
    const values = valuesOf(one.student)[kernel] ?? [];
    other.student.set(
      kernel,
      Float32Array.from([
        ...values.slice(part, 2 * part),
        ...values.slice(0, part),
        ...values.slice(2 * part),
      ]),
    );
    const batch = batchOf();
    const [x1, x2, x3] = batch.views;
    if (!x1 || !x2 || !x3) throw new Error('The batch has three views.');
    const a = await new Steps(one.stage).take(batch);
    const b = await new Steps(other.stage).take({ ...batch, views: [x2, x1, x3] });
    close(b.total, a.total, 1e-5);
    close(b.terms['peer1/individual'], a.terms['peer2/individual']);
    close(b.terms['peer3/individual'], a.terms['peer3/individual']);
    const branch = (network: Network, name: string): number[] =>
      network.parameters([name]).flatMap(({ variable }) => [...variable.dataSync()]);
    close(branch(other.student, 'branch2'), branch(one.student, 'branch1'));
  });

  it('8: a single peer trains', async () => {
    const { stage } = build({ peers: 1 });
    const { total, terms } = await new Steps(stage).take(batchOf('batch', { views: 1 }));
    expect(Object.keys(terms)).not.toContain('peer1/individual');
    expect(Number.isFinite(total)).toBe(true);
  });

  it.each([
    ['firstPeer', ['teacher1']],
    ['bestPeer', ['teacher1', 'teacher2', 'teacher3']],
    ['ensemble', ['ensemble']],
  ] as const)('reports the %s and logs all', (report, among) => {
    const { training } = build({ report });
    expect(training.evaluation).toMatchObject({ best: { among } });
    const all = [1, 2, 3].flatMap((j) => [`peer${j}`, `teacher${j}`]);
    expect(Object.keys(predicted(training, samples('x', 2))).sort()).toEqual([...all, 'ensemble'].sort());
  });

  it('9: an exported branch is as large as a plain network and says what the mean teacher’s head says', async () => {
    const { training, stage, teacher } = build();
    const steps = new Steps(stage);
    for (const name of ['one', 'two']) await steps.take(batchOf(name));
    const x = samples('x', 5);
    const { logits, parameters } = await exported(teacher, 'branch1', x);
    close(logits, predicted(training, x)['teacher1']);
    expect(parameters).toBe(
      teacher.parameters(['trunk', 'branch1']).reduce((sum, p) => sum + p.variable.size, 0),
    );
    const spec = plain(resnet({ name: 'resnet32' }, 10), [32, 32, 3]);
    expect(parameterCount(traceNetwork(spec))).toBe(466_906);
  });
});
