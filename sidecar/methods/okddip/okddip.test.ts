import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { use } from '../../backends/ops/testing.ts';
import { mean } from '../../losses/terms.ts';
import { mixture } from '../parts/mixture.ts';
import {
  batchOf,
  classes,
  close,
  clockOf,
  expectSlope,
  fixture,
  gradientsOf,
  networkOf,
  predicted,
  rows,
  samples,
  slopes,
  stageOf,
  termOf,
  totalOf,
  trained,
  unreached,
  untouched,
} from '../parts/testing.ts';
import { attentionSpec } from './attention.spec.ts';
import { attentions, okddipTerms } from './losses.ts';
import { okddipOptions } from './options.ts';

type Rows = number[][];
const { inputs, okddip } = fixture('baselines') as {
  readonly inputs: { readonly labels: number[]; readonly logits: Rows[]; readonly extra_logits: Rows };
  readonly okddip: Readonly<
    Record<'features' | 'energy' | 'attention' | 'targets_logits' | 'prob_targets_T3', Rows[]>
  > &
    Readonly<Record<'W_query' | 'W_key', Rows>> &
    Readonly<Record<'kd_peers' | 'kd_peers_prob_variant', number[]>> &
    Readonly<
      Record<
        'kd_leader' | 'ce_sum' | 'total_omega1' | 'kd_leader_prob_variant' | 'total_prob_variant_omega1',
        number
      >
    >;
};
const peers = (): tf.Tensor2D[] => inputs.logits.map(rows);
const leader = (): tf.Tensor2D => rows(inputs.extra_logits);
const projected = (by: Rows): tf.Tensor2D[] => okddip.features.map((h) => tf.matMul(rows(h), rows(by)));
const attention = (): tf.Tensor2D[] => attentions(projected(okddip.W_query), projected(okddip.W_key));
const termsOf = (settings: object = {}, of = peers(), shares = attention(), own = leader()) =>
  okddipTerms(
    of,
    own,
    shares,
    classes(inputs.labels),
    okddipOptions.parse({ name: 'okddip', ...settings }),
    1,
  );
const targets = ['logits', 'probabilities'] as const;

describe.each(['cpu', 'wasm'] as const)('OKDDip on %s', (backend) => {
  beforeAll(() => use(backend));

  it('OKDDip: attention equals the fixture, and its rows sum to 1', () => {
    const [queries, keys] = [projected(okddip.W_query), projected(okddip.W_key)];
    const energy = queries.map(
      (q) =>
        tf.stack(
          keys.map((k) => tf.sum(tf.mul(q, k), 1)),
          1,
        ) as tf.Tensor2D,
    );
    // By sample, then by peer.
    close(tf.stack(energy, 1), okddip.energy);
    close(tf.stack(attention(), 1), okddip.attention);
    close(
      attention().map((shares) => tf.sum(shares, 1)),
      new Array(9).fill(1),
      1e-6,
    );
  });

  it('OKDDip: targets, terms and total equal the fixture', () => {
    close(
      attention().map((shares) => mixture(peers(), shares)),
      okddip.targets_logits,
    );
    const terms = termsOf();
    close(
      [1, 2, 3].map((a) => termOf(terms, `peer${a}`, 'attended')),
      okddip.kd_peers,
    );
    close(termOf(terms, 'leader', 'group'), okddip.kd_leader);
    close(totalOf(terms.filter(({ name }) => name === 'crossEntropy')), okddip.ce_sum);
    close(totalOf(terms), okddip.total_omega1);
  });

  it.each(['full', 'attentionOnly', 'none'])(
    'OKDDip: the variant on probabilities equals the fixture, %s',
    (targetGradient) => {
      const soft = peers().map((z) => tf.softmax(tf.div<tf.Tensor2D>(z, 3)));
      close(
        attention().map((shares) => mixture(soft, shares)),
        okddip.prob_targets_T3,
      );
      const terms = termsOf({ target: 'probabilities', targetGradient });
      close(
        [1, 2, 3].map((a) => termOf(terms, `peer${a}`, 'attended')),
        okddip.kd_peers_prob_variant,
      );
      close(termOf(terms, 'leader', 'group'), okddip.kd_leader_prob_variant);
      close(totalOf(terms), okddip.total_prob_variant_omega1);
    },
  );

  it.each(['full', 'attentionOnly', 'none'])(
    'OKDDip: values are the same wherever gradients flow, %s',
    (targetGradient) => {
      close(totalOf(termsOf({ targetGradient })), okddip.total_omega1);
    },
  );

  it.each(targets)('OKDDip: gradients are what differences see, %s', (target) => {
    const [first, ...others] = peers() as [tf.Tensor2D, ...tf.Tensor2D[]];
    const value = (z: tf.Tensor2D): number =>
      totalOf(termsOf({ target }, [z, ...others]).filter(({ role }) => role !== 'leader'));
    const [gradient = []] = slopes(
      ([z]) => termsOf({ target }, [z as tf.Tensor2D, ...others]).filter(({ role }) => role !== 'leader'),
      [first],
    );
    expectSlope(value, first, gradient, 1e-2);
  });

  it.each(targets)('OKDDip: uniform attention makes every target the peers’ mean, %s', (target) => {
    const zero = projected([[0], [0], [0], [0]]);
    const uniform = attentions(zero, projected(okddip.W_key.map(([w = 0]) => [w])));
    close(uniform, new Array(27).fill(1 / 3), 1e-6);
    const terms = termsOf({ target }, peers(), uniform);
    const group = termsOf({ target }, peers(), uniform, peers()[0]);
    close(termOf(terms, 'peer1', 'attended'), termOf(group, 'leader', 'group'));
    close(mixture(peers(), uniform[0] as tf.Tensor2D), mean(peers()), 1e-6);
  });

  it('OKDDip: two equal peers receive equal targets', () => {
    const [q1, , q3] = projected(okddip.W_query) as [tf.Tensor2D, tf.Tensor2D, tf.Tensor2D];
    const [k1, , k3] = projected(okddip.W_key) as [tf.Tensor2D, tf.Tensor2D, tf.Tensor2D];
    const [z1, , z3] = peers() as [tf.Tensor2D, tf.Tensor2D, tf.Tensor2D];
    const [a1, a2] = attentions([q1, q1, q3], [k1, k1, k3]) as [tf.Tensor2D, tf.Tensor2D];
    close(mixture([z1, z1, z3], a1), mixture([z1, z1, z3], a2), 0);
  });

  it('OKDDip: the target lets gradients through as told', () => {
    const [z1, ...others] = peers() as [tf.Tensor2D, ...tf.Tensor2D[]];
    for (const target of targets) {
      const of = (targetGradient: string): { others: number[]; shares: number[] } => {
        const [second = [], third = [], shares = []] = slopes(
          ([z2, z3, a1]) =>
            termsOf({ target, targetGradient }, [z1, z2, z3] as tf.Tensor2D[], [
              a1 as tf.Tensor2D,
              ...attention().slice(1),
            ]).filter(({ role }) => role === 'peer1'),
          [...others, attention()[0] as tf.Tensor2D],
        );
        return { others: [...second, ...third], shares };
      };
      const some = (list: number[]): boolean => list.some((value) => Math.abs(value) > 1e-4);
      const flows = (way: string): boolean[] => [some(of(way).others), some(of(way).shares)];
      expect(flows('full')).toEqual([true, true]);
      expect(flows('attentionOnly')).toEqual([false, true]);
      expect(flows('none')).toEqual([false, false]);
    }
  });

  it.each(targets)('OKDDip: loss and gradients are finite for logits up to ±1e4, %s', (target) => {
    fc.assert(
      fc.property(
        fc.array(fc.array(fc.constantFrom(-1e4, -300, 0, 300, 1e4), { minLength: 12, maxLength: 12 }), {
          minLength: 4,
          maxLength: 4,
        }),
        fc.constantFrom('full', 'attentionOnly', 'none'),
        (values, targetGradient) => {
          const of = values.map((list) => tf.tensor2d(list, [3, 4]));
          const make = (zs: readonly tf.Tensor2D[]) =>
            termsOf({ target, targetGradient }, zs.slice(0, 3), attention(), zs[3]);
          expect(Number.isFinite(totalOf(make(of)))).toBe(true);
          expect(slopes(make, of).flat().every(Number.isFinite)).toBe(true);
        },
      ),
      { numRuns: 40 },
    );
  });
});

describe('OKDDip at work', () => {
  beforeAll(() => use('wasm'));
  const batch = batchOf('one', { views: 1 });
  const late = clockOf('training', 0, 299);

  it.each([
    ['branches', 'full', true],
    ['branches', 'attentionOnly', true],
    ['branches', 'none', false],
    ['networks', 'full', true],
  ] as const)('OKDDip: %s, %s: projections learn: %s', (structure, targetGradient, learns) => {
    const training = trained({ name: 'okddip', structure, targetGradient });
    const found = gradientsOf(
      stageOf(training, 'training').phases[0],
      batch,
      networkOf(training, 'attention').parameters(),
      undefined,
      late,
    );
    expect([...found.keys()].map((name) => name.split('/')[1])).toEqual(['query', 'key']);
    if (learns) expect(unreached(found)).toEqual([]);
    else expect(untouched(found)).toBe(true);
  });

  it('OKDDip: the leader gets no gradient from the peers’ losses, and gives them none', () => {
    const training = trained({ name: 'okddip' });
    const [phase] = stageOf(training, 'training').phases;
    const student = networkOf(training, 'student');
    const of = (branch: string, role: (name: string) => boolean) =>
      gradientsOf(phase, batch, student.parameters([branch]), (term) => role(term.role), late);
    expect(untouched(of('branch4', (role) => role !== 'leader'))).toBe(true);
    expect(unreached(of('branch4', (role) => role === 'leader'))).toEqual([]);
    for (const branch of ['branch1', 'branch2', 'branch3'])
      expect(untouched(of(branch, (role) => role === 'leader'))).toBe(true);
  });

  it('OKDDip: projections have an eighth of the features and no bias', () => {
    for (const [features, units] of [
      [64, 8],
      [256, 32],
      [512, 64],
      [132, 16],
    ] as const)
      for (const { head } of attentionSpec(features).branches)
        expect(head.layers).toEqual([{ kind: 'dense', units, bias: false }]);
  });

  it('OKDDip: the leader is evaluated, peers too', () => {
    const training = trained({ name: 'okddip' });
    expect(training.evaluation).toMatchObject({ best: { among: ['leader'] } });
    expect(Object.keys(predicted(training, samples('x', 2)))).toEqual(['peer1', 'peer2', 'peer3', 'leader']);
  });
});
