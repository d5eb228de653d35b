import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { use } from '../../backends/ops/testing.ts';
import {
  batchOf,
  close,
  farthest,
  gradientsOf,
  networkOf,
  predicted,
  samples,
  stageOf,
  Steps,
  trained,
  untouched,
  unreached,
  valuesOf,
  weightsOf,
} from '../parts/testing.ts';
import type { Training } from '../training.ts';

const ALL = ['one', 'two', 'three'];
const build = (settings: object = {}): Training => trained({ name: 'kdml', ...settings });
/** Makes every network of a run the same as one of another run. */
const copy = (from: Training, to: Training, names: Readonly<Record<string, string>>): void => {
  for (const [source, target] of Object.entries(names))
    networkOf(to, target).copyFrom(networkOf(from, source));
};
const run = async (training: Training, names = ALL, stage = 'cohort') => {
  const steps = new Steps(stageOf(training, stage));
  const taken = [];
  for (const name of names) taken.push(await steps.take(batchOf(name, { views: 1 })));
  return taken;
};
const after = async (training: Training, name: string): Promise<number[]> => {
  await run(training);
  return weightsOf(networkOf(training, name));
};

describe('KDML at work', () => {
  beforeAll(() => use('wasm'));

  it('1: β = 0 trains students as deep mutual learning does', async () => {
    const ours = build({ alpha: 1, beta: 0, gamma: 1, peers: 3 });
    const dml = trained({ name: 'dml', peers: 3 });
    const names = { student1: 'peer1', student2: 'peer2', student3: 'peer3' };
    copy(ours, dml, names);
    await run(ours);
    await run(dml, ALL, 'mutual');
    for (const [student, peer] of Object.entries(names))
      close(weightsOf(networkOf(ours, student)), weightsOf(networkOf(dml, peer)), 1e-6);
  });

  it.each(['synchronous', 'sequential'])(
    '1: γ = 0 with a frozen teacher trains a student as Hinton’s distillation does, %s',
    async (update) => {
      const weights = { alpha: 0.3, beta: 0.7, gamma: 0, temperature: 2 };
      const ours = build({ teacher: 'pretrained', update, ...weights });
      const hinton = trained({ name: 'hinton', alpha: 0.7, temperature: 2 });
      // With statistics of its own: those of a batch would be others.
      await run(hinton, ALL, 'teacher');
      copy(hinton, ours, { teacher: 'teacher', student: 'student2' });
      await run(hinton, ALL, 'distillation');
      close(await after(ours, 'student2'), weightsOf(networkOf(hinton, 'student')), 1e-6);
      expect(weightsOf(networkOf(ours, 'teacher'))).toEqual(weightsOf(networkOf(hinton, 'teacher')));
    },
  );

  it('1: β = γ = 0 is independent training', async () => {
    const ours = build({ alpha: 1, beta: 0, gamma: 0 });
    const alone = trained({ name: 'vanilla' });
    copy(ours, alone, { student1: 'student' });
    await run(alone, ALL, 'training');
    close(await after(ours, 'student1'), weightsOf(networkOf(alone, 'student')), 1e-7);
  });

  it.each(['synchronous', 'sequential'] as const)(
    '2: no student moves another or the teacher, %s',
    (update) => {
      const training = build({ update, peers: 3 });
      const phases = stageOf(training, 'cohort').phases;
      const phase = phases.find(({ name }) => name === 'cohort' || name === 'student2');
      const of = (network: string) =>
        gradientsOf(
          phase,
          batchOf(),
          networkOf(training, network).parameters(),
          ({ role }) => role === 'student2',
        );
      for (const other of ['student1', 'student3', 'teacher']) expect(untouched(of(other))).toBe(true);
      expect(unreached(of('student2'))).toEqual([]);
    },
  );

  it('3: the teacher’s way depends on neither students nor weights', async () => {
    const way = async (settings: object): Promise<number[]> => after(build(settings), 'teacher');
    const expected = await way({});
    expect(await way({ peers: 3 })).toEqual(expected);
    expect(await way({ beta: 5, gamma: 0 })).toEqual(expected);
    expect(await way({ alpha: 1, beta: 0, gamma: 7 })).toEqual(expected);
    expect(await way({ update: 'sequential' })).toEqual(expected);
  });

  it('3: relabelled students take each other’s way', async () => {
    const [one, other] = [build(), build()];
    copy(one, other, { teacher: 'teacher', student1: 'student2', student2: 'student1' });
    await run(one);
    await run(other);
    close(weightsOf(networkOf(other, 'student1')), weightsOf(networkOf(one, 'student2')), 1e-6);
    close(weightsOf(networkOf(other, 'student2')), weightsOf(networkOf(one, 'student1')), 1e-6);
  });

  it('4: equal students stay equal for ever when updated together, and learn nothing from each other', async () => {
    const training = build();
    copy(training, training, { student1: 'student2' });
    const taken = await run(training, ['one', 'two', 'three', 'four', 'five']);
    for (const { terms } of taken) expect(Math.abs(terms['student1/mutual'] ?? NaN)).toBeLessThan(1e-6);
    close(weightsOf(networkOf(training, 'student1')), weightsOf(networkOf(training, 'student2')), 1e-6);
  });

  it('4: equal students part when updated one after the other', async () => {
    const training = build({ update: 'sequential' });
    copy(training, training, { student1: 'student2' });
    await run(training);
    const [one, two] = ['student1', 'student2'].map((name) => weightsOf(networkOf(training, name)));
    expect(farthest(one, two)).toBeGreaterThan(1e-6);
  });

  it('5: a single student trains with labels and teacher', async () => {
    const training = build({ peers: 1 });
    const [first] = await run(training);
    expect(Object.keys(first?.terms ?? {}).sort()).toEqual([
      'student1/crossEntropy',
      'student1/teacher',
      'teacher/crossEntropy',
    ]);
    expect(Number.isFinite(first?.total)).toBe(true);
  });

  it('10: the ensemble of equal students is the student', () => {
    const training = build();
    copy(training, training, { student1: 'student2' });
    const { ensemble, student1 } = predicted(training, samples('x', 4));
    if (!ensemble || !student1) throw new Error('Both are roles.');
    close(tf.exp(ensemble), tf.softmax(student1), 1e-6);
  });

  it('11: updated together, the order of students does not matter; one after the other, it does', async () => {
    const difference = async (update: string): Promise<number> => {
      const [one, other] = [build({ update }), build({ update })];
      copy(one, other, { teacher: 'teacher', student1: 'student2', student2: 'student1' });
      await run(one, ['one']);
      await run(other, ['one']);
      return farthest(weightsOf(networkOf(one, 'student1')), weightsOf(networkOf(other, 'student2')));
    };
    expect(await difference('synchronous')).toBeLessThan(1e-7);
    expect(await difference('sequential')).toBeGreaterThan(1e-6);
  });

  it.each(['synchronous', 'sequential'])(
    'a pretrained teacher is trained first and then frozen, running statistics too, %s',
    async (update) => {
      const training = build({ teacher: 'pretrained', update });
      const start = valuesOf(networkOf(training, 'teacher'));
      await run(training, ALL, 'teacher');
      const taught = valuesOf(networkOf(training, 'teacher'));
      expect(taught).not.toEqual(start);
      await run(training);
      expect(valuesOf(networkOf(training, 'teacher'))).toEqual(taught);
    },
  );

  it('statistics of a network move once per step, whatever the order of updates', async () => {
    const moved = async (update: string): Promise<number[][]> => {
      const training = build({ update, gamma: 0 });
      await run(training, ['one']);
      return ['teacher', 'student1', 'student2'].map((name) => {
        const network = networkOf(training, name);
        return network.trace.statistics.flatMap((each) => valuesOf(network)[each.name] ?? []);
      });
    };
    const [together, apart] = [await moved('synchronous'), await moved('sequential')];
    close(apart, together, 1e-6);
  });
});
