import type * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { normalTensor, numbers, use } from '../backends/ops/testing.ts';
import { scramble } from '../methods/testing.ts';
import { Stream } from '../random/stream.ts';
import { channelGroups, permuteChannels } from './channelGroups.ts';
import { INFERENCE, Network } from './network.ts';
import { backbone, modelOptions } from './registry.spec.ts';
import { branched, plain } from './spec.ts';

const INPUT = [32, 32, 3];
const specOf = (name: string, input = INPUT) =>
  plain(backbone(modelOptions.parse({ name }), input, 4), input);

describe('groups of channels', () => {
  beforeAll(() => use('wasm'));

  it.each(['mlp', 'lenet5', 'vgg8', 'resnet8', 'resnet14', 'resnet110', 'wrn_16_1', 'mobilenetv2'])(
    'of %s may be re-ordered, producers and consumers together, and nothing changes; producers alone do',
    (name) => {
      const network = new Network('teacher', specOf(name), { seed: 3 });
      scramble(network);
      const x = normalTensor<tf.Rank.R4>('images', [2, 32, 32, 3]);
      const logits = (): number[] => {
        const output: tf.Tensor2D = network.branch('main', network.trunk(x, INFERENCE), INFERENCE).logits;
        return numbers(output);
      };
      const before = logits();
      const largest = Math.max(...before.map(Math.abs));
      const unlike = (after: readonly number[]) =>
        Math.max(...after.map((value, index) => Math.abs(value - (before[index] ?? NaN)))) / largest;
      const groups = channelGroups(network.spec);
      const order = (channels: number) => [...Stream.of(1, 'order').permutation(channels)];
      for (const group of groups) permuteChannels(network, group, order(group.channels));
      expect(unlike(logits())).toBeLessThan(1e-5);
      const [first] = groups;
      if (!first) throw new Error('no group');
      permuteChannels(network, first, order(first.channels), 'producers');
      expect(unlike(logits())).toBeGreaterThan(1e-3);
      // Every axis of every tensor belongs to one group, but those of the input and the logits.
      const axes = groups.flatMap(({ producers, consumers }) => [...producers, ...consumers]);
      expect(new Set(axes.map((each) => `${each.name} ${each.axis}`)).size).toBe(axes.length);
      const tensors = new Set(axes.map((each) => each.name));
      expect(network.declarations.map((each) => each.name).filter((each) => !tensors.has(each))).toEqual([
        'main/head/0.dense/bias',
      ]);
    },
  );

  it('share one order where channels meet in a sum', () => {
    const groups = channelGroups(specOf('resnet14'));
    const made = (suffix: string) =>
      groups
        .find(({ producers }) => producers.some((each) => each.name === suffix))
        ?.producers.map(({ name }) => name);
    const stage1 = made('trunk/stem/0.conv/kernel')?.filter((name) => name.endsWith('kernel'));
    expect(stage1).toEqual([
      'trunk/stem/0.conv/kernel',
      'trunk/stage1.1/0.residual/body/3.conv/kernel',
      'trunk/stage1.2/0.residual/body/3.conv/kernel',
    ]);
    expect(groups.map(({ channels }) => channels).sort((a, b) => a - b)).toEqual([
      16, 16, 16, 32, 32, 32, 64, 64, 64,
    ]);
  });

  it('are not told of channels that are put side by side, shuffled or joined', () => {
    for (const name of ['densenetd40k12', 'shufflenetv1', 'shufflenetv2'])
      expect(() => channelGroups(specOf(name))).toThrow(/cannot be followed/u);
    const input = [4];
    const joined = branched(backbone(modelOptions.parse({ name: 'mlp' }), input, 3), input, ['a', 'b'], {
      name: 'join',
      classes: 3,
    });
    expect(() => channelGroups(joined)).toThrow(/joins/u);
  });
});
