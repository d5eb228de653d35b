import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { use } from '../../backends/ops/testing.ts';
import { crossEntropy, meanSquared } from '../../losses/terms.ts';
import { channelGroups, permuteChannels } from '../../models/channelGroups.ts';
import { INFERENCE, TRAINING } from '../../models/network.ts';
import { resnet } from '../../models/resnet.spec.ts';
import type { Backbone } from '../../models/spec.ts';
import { StagedModel } from '../../models/stagedModel.ts';
import { wideResnet } from '../../models/wideResnet.spec.ts';
import { Stream } from '../../random/stream.ts';
import { viewOf } from '../parts/supervised.ts';
import type { Stage } from '../training.ts';
import { clockOf, contextOf, gradientsOf, lossOf, networkOf, noise, phaseOf } from '../testing.ts';
import { plainSamples, runStage, scramble, stageOf, valuesOf } from '../testing.ts';
import { kcd } from './index.ts';
import { kcdOptions } from './options.ts';

const INPUT = [8, 8, 3];
const resnet8 = resnet({ name: 'resnet8' }, 3);
const build = (
  settings: Record<string, unknown> = {},
  teacher: Backbone = resnet({ name: 'resnet14' }, 3),
) => {
  const training = kcd(
    contextOf(kcdOptions.parse({ name: 'kcd', featureWeight: 1, ...settings }), {
      models: { teacher, student: resnet8 },
      input: INPUT,
      stages: { teacher: 1, warmup: 1, distillation: 2 },
      stepsPerEpoch: 2,
    }),
  );
  scramble(networkOf(training, 'teacher'));
  return training;
};
const data = (count: number) =>
  Array.from({ length: count }, (_, index) => noise(`batch ${index}`, 9, INPUT));
const STEPS = { stepsPerEpoch: 2, learningRate: 0.02 };

describe('KCD', () => {
  beforeAll(() => use('wasm'));

  it('9: `identity` is plain feature distillation, bit for bit; another assignment is not', async () => {
    const training = build({ assignment: 'identity' });
    const own = await runStage(stageOf(training, 'distillation'), data(3), STEPS);
    const [teacher, student] = [
      new StagedModel('teacher', resnet({ name: 'resnet14' }, 3), INPUT, { seed: 4 }),
      new StagedModel('student', resnet8, INPUT, { seed: 4 }),
    ];
    scramble(teacher.network);
    const hints: Stage = {
      name: 'hints',
      schedules: () => ({}),
      phases: [
        {
          name: 'hints',
          views: 1,
          optimizer: 'hints',
          parameters: () => student.parameters(),
          targets: (batch) => teacher.taps(viewOf(batch), INFERENCE).stages.slice(1),
          forward: (batch, _clock, targets) => {
            const { logits, stages } = student.taps(viewOf(batch), TRAINING);
            return {
              terms: [
                crossEntropy('student', logits, batch.labels),
                ...targets.map((target, index) => ({
                  role: 'student',
                  name: `feature${index + 2}`,
                  value: meanSquared(stages[index + 1] as tf.Tensor, target),
                  weight: 1,
                })),
              ],
            };
          },
        },
      ],
    };
    const usual = await runStage(hints, data(3), STEPS);
    expect(own.map(({ terms, total }) => ({ terms, total }))).toEqual(
      usual.map(({ terms, total }) => ({ terms, total })),
    );
    expect(valuesOf(networkOf(training, 'student'))).toEqual(valuesOf(student.network));
    const matched = build({ assignment: 'random' });
    const other = await runStage(stageOf(matched, 'distillation'), data(3), STEPS);
    expect(other.map(({ total }) => total)).not.toEqual(usual.map(({ total }) => total));
  });

  it('8: gradients reach the student alone', async () => {
    const training = build({ kdWeight: 0.9 });
    const samples = plainSamples(data(2));
    await stageOf(training, 'distillation').begin?.(samples);
    const [phase, clock] = [phaseOf(training, 'distillation'), clockOf('distillation')];
    const batch = data(1)[0] as ReturnType<typeof noise>;
    const all = Object.values(training.networks).flatMap((network) => network.parameters());
    const found = gradientsOf(phase, batch, clock, all, ({ name }) => name.startsWith('feature'));
    for (const [name, gradient] of Object.entries(found)) {
      const isReached = name.startsWith('student/') && !name.includes('/head/');
      expect(
        gradient.some((g) => g !== 0),
        name,
      ).toBe(isReached);
    }
  });

  it.each(['init', 'warmup', 'every'])(
    '10: with alignAt %s the teacher stays as it is, and only `every` changes the map after it was made',
    async (alignAt) => {
      const training = build({ alignAt, alignEvery: 1 });
      const [teacher, stage] = [networkOf(training, 'teacher'), stageOf(training, 'distillation')];
      const before = valuesOf(teacher);
      const saved = () => training.slots['matches']?.save();
      if (alignAt === 'warmup') await runStage(stageOf(training, 'warmup'), data(2));
      await stage.begin?.(plainSamples(data(2)));
      const first = saved();
      const [again, options] = [await runStage(stage, data(2), STEPS), { ...STEPS, from: 2 }];
      expect(again).toHaveLength(2);
      expect(saved()).toEqual(first);
      await runStage(stage, data(2), options);
      if (alignAt === 'every') expect(saved()).not.toEqual(first);
      else expect(saved()).toEqual(first);
      expect(valuesOf(teacher)).toEqual(before);
      // What is saved is what is gone on with.
      const resumed = build({ alignAt, alignEvery: 1 });
      resumed.slots['matches']?.restore(saved() ?? {});
      expect(resumed.slots['matches']?.save()).toEqual(saved());
      expect(stageOf(resumed, 'distillation').measures?.(clockOf('distillation'))).toEqual(
        stage.measures?.(clockOf('distillation')),
      );
    },
  );

  it.each(['classProfile', 'correlation', 'spatial'] as const)(
    '3: a student that is the teacher with shuffled channels gets its channels back by %s: no feature loss',
    async (cost) => {
      const training = build({ cost, stages: [1, 2, 3], assignment: 'bipartite' }, resnet8);
      const [teacher, student] = [networkOf(training, 'teacher'), networkOf(training, 'student')];
      student.copyFrom(teacher);
      for (const group of channelGroups(student.spec))
        permuteChannels(student, group, [...Stream.of(2, `${group.channels}`).permutation(group.channels)]);
      const samples = plainSamples(data(6));
      await stageOf(training, 'distillation').begin?.(samples);
      const figures = stageOf(training, 'distillation').measures?.(clockOf('distillation')) ?? {};
      for (const stage of ['stage1', 'stage2', 'stage3'])
        expect(figures[`matching/identityCost/${stage}`]).toBeGreaterThan(
          (figures[`matching/cost/${stage}`] ?? NaN) + 1e-3,
        );
      // Channels that are silent are all alike; every other is found, so the features agree to the last few bits.
      const batch = data(1)[0] as ReturnType<typeof noise>;
      const targets = phaseOf(training, 'distillation').targets?.(batch, clockOf('distillation')) ?? [];
      const own = new StagedModel('student', resnet8, INPUT, { seed: 1 });
      own.network.copyFrom(student);
      own.taps(viewOf(batch), INFERENCE).stages.forEach((stage, index) => {
        const distance = meanSquared(stage, targets[index + 1] as tf.Tensor).dataSync()[0] ?? NaN;
        expect(distance / (tf.mean(tf.square(stage)).dataSync()[0] ?? NaN)).toBeLessThan(1e-10);
      });
    },
  );

  it.each([
    ['a wider teacher', { wider: 'drop' }, 'wrn_16_2'],
    ['a wider teacher in groups', { wider: 'groupAmp', normalise: 'unitLength' }, 'wrn_16_2'],
    ['a linear map of a wider teacher', { assignment: 'ridge', base: 'channelKl' }, 'wrn_16_2'],
  ] as const)('trains on %s', async (_title, settings, family) => {
    const training = build(settings, wideResnet({ name: family }, 3));
    const steps = await runStage(stageOf(training, 'distillation'), data(2), STEPS);
    expect(steps.every(({ total }) => Number.isFinite(total))).toBe(true);
    const batch = data(1)[0] as ReturnType<typeof noise>;
    const { terms } = lossOf(phaseOf(training, 'distillation'), batch, clockOf('distillation', 1));
    expect(Object.keys(terms)).toEqual(['student/crossEntropy', 'student/feature2', 'student/feature3']);
  });
});
