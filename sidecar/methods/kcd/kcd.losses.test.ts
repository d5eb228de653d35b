import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { normalTensor, numbers as read, use } from '../../backends/ops/testing.ts';
import { channelGroups, permuteChannels } from '../../models/channelGroups.ts';
import { mlp } from '../../models/mlp.spec.ts';
import { INFERENCE, Network } from '../../models/network.ts';
import { plain } from '../../models/spec.ts';
import { logitsOf } from '../parts/supervised.ts';
import { close, setValues } from '../testing.ts';
import { comparedChannels, inverted, mapped, type ChannelMap } from './channelMap.ts';
import { featureLoss, sizedTo, unitLength } from './losses.ts';
import { kcdOptions } from './options.ts';
import { numbers } from './testing.ts';

const { teacher: T, student: S, optimal, ...expected } = numbers.cost_spatial_and_losses;
const [teacher, student] = [() => tf.tensor4d(T), () => tf.tensor4d(S)];
const selection = (order: readonly number[]): ChannelMap => ({
  kind: 'selection',
  student: null,
  teacher: order.map((each) => [each]),
});
const MSE = kcdOptions.parse({ name: 'kcd' });
const value = (x: tf.Tensor): number => read(x)[0] ?? NaN;
const mse = (a: tf.Tensor, b: tf.Tensor): number => value(featureLoss(a, b, MSE));
const orders = (n: number) =>
  fc.shuffledSubarray(
    Array.from({ length: n }, (_, i) => i),
    { minLength: n },
  );

/** Two bases on which no order of channels has any influence: attention transfer and similarity preserving. */
const attention = (a: tf.Tensor, b: tf.Tensor): number => {
  const map = (x: tf.Tensor) => unitLength(tf.mean(tf.square(x), -1));
  return value(tf.mean(tf.square(tf.sub(map(a), map(b)))));
};
const similarity = (a: tf.Tensor, b: tf.Tensor): number => {
  const gram = (x: tf.Tensor) => {
    const flat = tf.reshape<tf.Rank.R2>(x, [S.length, -1]);
    return unitLength(tf.expandDims(tf.matMul(flat, flat, false, true), 1));
  };
  return value(tf.div(tf.sum(tf.square(tf.sub(gram(a), gram(b)))), S.length ** 2));
};

describe.each(['cpu', 'wasm'] as const)('KCD’s features on %s', (backend) => {
  beforeAll(() => use(backend));

  it('has the fixture’s distance before and after matching, and its gradient, which is the student’s alone', () => {
    close(mse(student(), teacher()), expected.mse_unpermuted);
    const target = mapped(selection(optimal.map), teacher());
    close(mse(student(), target), expected.mse_permuted);
    const gradient = tf.grad((s) => featureLoss(s, target, MSE))(student());
    close(read(gradient), expected.grad_mse_permuted_wrt_student);
  });

  it('7: attention transfer and Gram losses are the same before and after any permutation, the squared difference is not', () => {
    close(attention(student(), teacher()), expected.attention_transfer_unpermuted);
    close(similarity(student(), teacher()), expected.similarity_preserving_unpermuted);
    const matched = mapped(selection(optimal.map), teacher());
    close(attention(student(), matched), expected.attention_transfer_permuted);
    close(similarity(student(), matched), expected.similarity_preserving_permuted);
    fc.assert(
      fc.property(orders(3), (order) => {
        const turned = mapped(selection(order), teacher());
        close(attention(student(), turned), expected.attention_transfer_unpermuted);
        close(similarity(student(), turned), expected.similarity_preserving_unpermuted);
        if (order.join() !== '0,1,2')
          expect(mse(student(), turned)).not.toBeCloseTo(expected.mse_unpermuted, 3);
      }),
    );
  });

  it('8: inverse(apply(x)) = x', () => {
    fc.assert(
      fc.property(orders(6), (order) => {
        const x = normalTensor<tf.Rank.R4>('x', [2, 2, 2, 6]);
        const there = mapped(selection(order), x);
        expect(read(mapped(selection(inverted(order)), there))).toEqual(read(x));
        expect(read(mapped(selection(order), mapped(selection(inverted(order)), x)))).toEqual(read(x));
      }),
      { numRuns: 20 },
    );
  });

  it('takes of several teacher channels the value of the largest magnitude, and of a linear map the product', () => {
    const x = tf.tensor2d([
      [1, -3, 2, 0.5],
      [-1, 0, 0.25, -2],
    ]);
    const grouped: ChannelMap = {
      kind: 'selection',
      student: null,
      teacher: [
        [0, 1],
        [2, 3],
      ],
    };
    expect(read(mapped(grouped, x))).toEqual([-3, 2, -1, -2]);
    const matrix = [
      [1, 0],
      [0, 1],
      [2, 0],
      [0, -1],
    ];
    close(read(mapped({ kind: 'linear', matrix }, x)), [5, -3.5, -0.5, 2], 1e-6);
  });

  it('8: compares a wider student on the chosen channels alone: the others have no gradient', () => {
    const map: ChannelMap = { kind: 'selection', student: [4, 1], teacher: [[0], [1]] };
    const [x, target] = [normalTensor<tf.Rank.R2>('x', [3, 5]), normalTensor<tf.Rank.R2>('target', [3, 2])];
    const own = comparedChannels(map, x);
    expect(read(own)).toEqual([0, 1, 2].flatMap((row) => [read(x)[row * 5 + 4], read(x)[row * 5 + 1]]));
    const gradient = read(tf.grad((s) => featureLoss(comparedChannels(map, s), target, MSE))(x));
    gradient.forEach((g, at) => {
      expect(g !== 0).toBe([1, 4].includes(at % 5));
    });
  });

  it('offers Matching Guided Distillation’s partial loss, KL over channels and unit length', () => {
    const [own, other] = [tf.tensor2d([[1, -1, 3, -4]]), tf.tensor2d([[2, -2, -0.5, -0.1]])];
    const of = (base: string, margin = 0) =>
      value(featureLoss(own, other, kcdOptions.parse({ name: 'kcd', base, margin })));
    // Counted where the student is above max(teacher, margin), or that is positive: channels 1 and 3; with −1 channel 2 hardly is.
    close(of('partial'), (1 + 9) / 4, 1e-6);
    close(of('partial', -1), (1 + 0 + 3.5 ** 2) / 4, 1e-6);
    const [p, q] = [other, own].map((x) => tf.softmax(x)) as [tf.Tensor, tf.Tensor];
    close(of('channelKl'), value(tf.sum(tf.mul(p, tf.log(tf.div(p, q))))), 1e-5);
    const long = unitLength(student());
    close(read(tf.sum(tf.square(long), [1, 2, 3])), [1, 1], 1e-6);
    close(read(sizedTo(student(), 1)), read(tf.mean(student(), [1, 2])), 1e-6);
  });

  it('6: of the fixture’s hidden layer: permuting producers and consumers keeps the logits, producers alone do not', () => {
    const given = numbers.function_preserving_permutation;
    const build = () => {
      const network = new Network(
        'teacher',
        plain(mlp({ name: 'mlp', trunk: [3], branch: [] }, [2], 2), [2]),
        { seed: 1 },
      );
      setValues(network, {
        'trunk/hidden/0.dense/kernel': given.W1,
        'trunk/hidden/0.dense/bias': given.b1,
        'main/head/0.dense/kernel': given.W2,
        'main/head/0.dense/bias': given.b2,
      });
      return network;
    };
    const [plainOne, both, producers] = [build(), build(), build()];
    const [group] = channelGroups(both.spec);
    if (!group) throw new Error('no group');
    permuteChannels(both, group, given.perm);
    permuteChannels(producers, group, given.perm, 'producers');
    const x = tf.tensor2d(given.x);
    const hidden = (of: Network) => read(of.trunk(x, INFERENCE));
    const logits = (of: Network) => read(logitsOf(of, x, INFERENCE));
    close(
      [hidden(plainOne), hidden(both), hidden(producers)],
      [given.hidden, given.hidden_permuted, given.hidden_permuted],
    );
    close(
      [logits(plainOne), logits(both), logits(producers)],
      [given.logits, given.logits_permuted_both, given.logits_permuted_hidden_only],
    );
    close(read(mapped(selection(given.perm), plainOne.trunk(x, INFERENCE))), given.hidden_permuted);
  });
});
