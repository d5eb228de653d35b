import type * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { numbers as read, use } from '../../backends/ops/testing.ts';
import { INFERENCE, Network } from '../../models/network.ts';
import { resnet } from '../../models/resnet.spec.ts';
import { plain } from '../../models/spec.ts';
import { StagedModel } from '../../models/stagedModel.ts';
import { clockOf, close, contextOf, lossOf, networkOf, noise, phaseOf, plainSamples } from '../testing.ts';
import { runStage, scramble, stageOf, valuesOf } from '../testing.ts';
import { dih } from './index.ts';
import { dihOptions } from './options.ts';

const INPUT = [8, 8, 3];
const resnet8 = resnet({ name: 'resnet8' }, 3);
const build = (settings: Record<string, unknown> = {}) => {
  const training = dih(
    contextOf(dihOptions.parse({ name: 'dih', ...settings }), {
      models: { teacher: resnet8, student: resnet8 },
      input: INPUT,
      stages: { teacher: 1, heads: 1, student: 1 },
    }),
  );
  scramble(networkOf(training, 'teacher'));
  return training;
};
type Built = ReturnType<typeof build>;
const data = (count: number) =>
  Array.from({ length: count }, (_, index) => noise(`batch ${index}`, 6, INPUT));
const headsOf = (training: Built) =>
  Object.fromEntries(
    Object.entries(training.networks)
      .filter(([name]) => name.startsWith('head'))
      .map(([name, network]) => [name, valuesOf(network)]),
  );

describe('DIH', () => {
  beforeAll(() => use('wasm'));

  it('1: training heads leaves the backbone bit for bit as it is, co-teaching backbone and heads', async () => {
    const training = build();
    const [teacher, student] = [networkOf(training, 'teacher'), networkOf(training, 'student')];
    const [backbone, heads, own] = [valuesOf(teacher), headsOf(training), valuesOf(student)];
    await runStage(stageOf(training, 'heads'), data(3));
    expect(valuesOf(teacher)).toEqual(backbone);
    expect(valuesOf(student)).toEqual(own);
    const trained = headsOf(training);
    for (const name of Object.keys(heads)) expect(trained[name]).not.toEqual(heads[name]);
    await runStage(stageOf(training, 'student'), data(3));
    expect(valuesOf(teacher)).toEqual(backbone);
    expect(headsOf(training)).toEqual(trained);
    expect(valuesOf(student)).not.toEqual(own);
  });

  it('2: heads that are trained together come to what each comes to alone', async () => {
    const together = build();
    await runStage(stageOf(together, 'heads'), data(4), {
      learningRate: 0.01,
      weightDecay: 5e-4,
      nesterov: true,
    });
    for (const point of [1, 2, 3]) {
      const alone = build({ attachPoints: [point] });
      expect(Object.keys(headsOf(alone))).toEqual([`head${point}`]);
      await runStage(stageOf(alone, 'heads'), data(4), {
        learningRate: 0.01,
        weightDecay: 5e-4,
        nesterov: true,
      });
      const [own, other] = [alone, together].map((each) =>
        Object.values(headsOf(each)[`head${point}`] ?? {}),
      );
      close(own, other, 1e-6);
    }
  });

  it('3: with every head left out, the student’s stage is plain KD: CE and KL once each', () => {
    const training = build({ alphas: { head1: 0, head2: 0, head3: 0 } });
    const [batch] = data(1) as [ReturnType<typeof noise>];
    const { terms } = lossOf(phaseOf(training, 'student'), batch, clockOf('student'));
    expect(Object.values(terms).map(({ name, weight }) => [name, weight])).toEqual([
      ['crossEntropy', 0.9],
      ['teacher', 0.1],
    ]);
  });

  it('11: heads see what a stage gives after its ReLU, and reading it changes nothing that the teacher says', () => {
    const teacher = new StagedModel('teacher', resnet8, INPUT, { seed: 4 });
    scramble(teacher.network);
    const training = build();
    const [batch] = data(1) as [ReturnType<typeof noise>];
    const x = batch.views[0] as tf.Tensor;
    const plainLogits = read(teacher.logits(x, INFERENCE));
    const { stages, beforeRelu, logits } = teacher.taps(x, INFERENCE);
    const seen = stages.map(read);
    const features = phaseOf(training, 'heads').targets?.(batch, clockOf('heads')) ?? [];
    expect(features.map(read)).toEqual(seen);
    for (const [index, stage] of seen.entries()) {
      expect(Math.min(...stage)).toBe(0);
      expect(read(beforeRelu[index] as tf.Tensor).map((v) => Math.max(v, 0))).toEqual(stage);
    }
    lossOf(phaseOf(training, 'heads'), batch, clockOf('heads'));
    // Taps of one pass are not those of another: gone, they are missed by nobody.
    stages.forEach((stage) => {
      stage.dispose();
    });
    expect(read(logits)).toEqual(plainLogits);
    expect(features.map(read)).toEqual(seen);
    expect(read(teacher.logits(x, INFERENCE))).toEqual(plainLogits);
  });

  it('13: the student is saved as an ordinary one is, without a trace of heads or teacher', () => {
    const training = build();
    const ordinary = new Network('student', plain(resnet8, INPUT), { seed: 1 });
    expect(networkOf(training, 'student').declarations).toEqual(ordinary.declarations);
    const role = training.roles.find(({ id }) => id === 'student');
    expect(role?.path).toEqual({ network: 'student', output: 'main' });
    for (const { id, path } of training.roles) if (id.startsWith('head')) expect(path).toBeNull();
  });

  it('each head goes on with the weights of its own lowest validation loss, of equal ones the later', async () => {
    const run = async (settings: Record<string, unknown>) => {
      const training = build(settings);
      if (training.evaluation.kind !== 'classification') throw new Error('DIH classifies');
      const stage = stageOf(training, 'heads');
      const losses = [
        { head1: 1, head2: 3, head3: 2 },
        { head1: 2, head2: 2, head3: 2 },
        { head1: 3, head2: NaN, head3: 3 },
      ];
      const trail = [];
      for (const [index, crossEntropy] of losses.entries()) {
        await runStage(stage, data(1), { from: index, stepsPerEpoch: 1 });
        trail.push(headsOf(training));
        const logits = {};
        const evaluated = {
          clock: clockOf('heads', index, index),
          logits,
          labels: new Int32Array(0),
          crossEntropy,
        };
        await training.evaluation.observe?.(evaluated, plainSamples(data(1)));
      }
      await stageOf(training, 'student').begin?.(plainSamples(data(1)));
      return { found: headsOf(training), trail };
    };
    const { found, trail } = await run({});
    expect(found).toEqual({
      head1: trail[0]?.['head1'],
      head2: trail[1]?.['head2'],
      head3: trail[1]?.['head3'],
    });
    const last = await run({ selection: 'last' });
    expect(last.found).toEqual(last.trail[2]);
  });
});
