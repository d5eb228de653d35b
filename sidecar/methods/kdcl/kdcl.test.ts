import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { use } from '../../backends/ops/testing.ts';
import {
  batchOf,
  classes,
  close,
  farthest,
  fixture,
  gradientsOf,
  indicators,
  networkOf,
  rows,
  say,
  stageOf,
  Steps,
  table,
  termOf,
  termsAt,
  totalOf,
  trained,
  untouched,
} from '../parts/testing.ts';
import { errorMatrix, leastErrorShares } from './shares.ts';
import { generalTarget, linearTarget, minLogitTarget, naiveTarget } from './targets.ts';

type Rows = number[][];
const { inputs, kdcl } = fixture('baselines') as {
  readonly inputs: { readonly labels: number[]; readonly logits: Rows[] };
  readonly kdcl: {
    readonly naive_index: number[];
    readonly naive_target: Rows;
    readonly minlogit_target: Rows;
    readonly linear_alpha: Rows;
    readonly linear_ce: number[];
    readonly linear_target: Rows;
    readonly vertex_ce: Rows;
    readonly general: {
      readonly val_logits: Rows[];
      readonly val_labels: number[];
      readonly C: Rows;
      readonly w: number[];
      readonly target_probs: Rows;
    };
    readonly kd_T2: Readonly<Record<'naive' | 'minlogit' | 'linear', number[]>>;
    readonly total_T2_lambda1: Readonly<Record<'naive' | 'minlogit' | 'linear', number>>;
  };
};
const y = (): tf.Tensor1D => classes(inputs.labels);
const all = (): tf.Tensor2D[] => inputs.logits.map(rows);
/** Cross-entropy by sample. */
const losses = (z: tf.Tensor2D, labels = y()): number[] => [
  ...tf.neg(tf.sum(tf.mul(tf.logSoftmax(z), tf.oneHot(labels, z.shape[1])), 1)).dataSync(),
];
const lowest = (of: readonly tf.Tensor2D[], labels = y()): number[] => {
  const each = of.map((z) => losses(z, labels));
  return (each[0] ?? []).map((_, n) => Math.min(...each.map((list) => list[n] ?? NaN)));
};
/** Logits of three networks on two samples, and labels. */
const cases = (limit: number) =>
  fc.record({
    logits: fc.array(
      fc.array(fc.array(fc.float({ min: -limit, max: limit, noNaN: true }), { minLength: 4, maxLength: 4 }), {
        minLength: 2,
        maxLength: 2,
      }),
      { minLength: 3, maxLength: 3 },
    ),
    labels: fc.tuple(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 3 })),
  });

/** The least cross-entropy on a fine grid of the simplex of three. */
function gridLoss(logits: readonly number[][], label: number): number {
  let best = Infinity;
  const parts = 60;
  for (let i = 0; i <= parts; i++)
    for (let k = 0; k <= parts - i; k++) {
      const shares = [i / parts, k / parts, (parts - i - k) / parts];
      const mix = (logits[0] ?? []).map((_, c) =>
        logits.reduce((sum, row, n) => sum + (shares[n] ?? NaN) * (row[c] ?? NaN), 0),
      );
      const top = Math.max(...mix);
      const sum = mix.reduce((total, v) => total + Math.exp(v - top), 0);
      best = Math.min(best, Math.log(sum) + top - (mix[label] ?? NaN));
    }
  return best;
}

describe.each(['cpu', 'wasm'] as const)('targets of KDCL on %s', (backend) => {
  beforeAll(() => use(backend));

  it('KDCL: equal the fixture', () => {
    close(naiveTarget(all(), y()), kdcl.naive_target, 1e-6);
    close(
      naiveTarget(all(), y()),
      kdcl.naive_index.map((index, n) => inputs.logits[index]?.[n]),
      1e-6,
    );
    close(minLogitTarget(all(), y()), kdcl.minlogit_target, 1e-6);
    const { shares, target } = linearTarget(all(), y());
    close(shares, kdcl.linear_alpha, 1e-4);
    close(target, kdcl.linear_target, 1e-3);
    close(losses(target), kdcl.linear_ce, 1e-6);
    close(
      all().map((z) => losses(z)),
      kdcl.vertex_ce,
    );
  });

  it.each([
    ['naive', 'naive'],
    ['minLogit', 'minlogit'],
    ['linear', 'linear'],
  ] as const)('KDCL: terms and total of %s equal the fixture', (target, key) => {
    const training = trained(
      { name: 'kdcl', peers: 3, target },
      { input: [3], classes: 4, models: { peer1: table, peer2: table, peer3: table } },
    );
    inputs.logits.forEach((logits, k) => {
      say(networkOf(training, `peer${k + 1}`), logits);
    });
    const terms = termsAt(stageOf(training, 'training').phases[0], indicators(inputs.labels, 3));
    close(
      [1, 2, 3].map((k) => termOf(terms, `peer${k}`, 'collective')),
      kdcl.kd_T2[key],
      1e-4,
    );
    close(totalOf(terms), kdcl.total_T2_lambda1[key], 2e-5);
  });

  it('KDCL: the general target’s distribution is the fixture’s, without what is negative', () => {
    const found = tf.exp(generalTarget(all(), kdcl.general.w));
    const kept = tf.maximum(rows(kdcl.general.target_probs), 0);
    close(found, tf.div(kept, tf.sum(kept, 1, true)), 1e-6);
  });

  it('KDCL: naive has the least cross-entropy of all networks; minLogit none more, and 0 at the label', () => {
    fc.assert(
      fc.property(cases(12), ({ logits, labels }) => {
        const [of, label] = [logits.map(rows), classes(labels)];
        const least = lowest(of, label);
        close(losses(naiveTarget(of, label), label), least, 1e-4);
        const target = minLogitTarget(of, label);
        const values = target.arraySync();
        labels.forEach((c, n) => {
          expect(Math.abs(values[n]?.[c] ?? NaN)).toBe(0);
        });
        losses(target, label).forEach((loss, n) => {
          expect(loss).toBeLessThanOrEqual((least[n] ?? NaN) + 1e-4);
        });
      }),
      { numRuns: 60 },
    );
  });

  it('KDCL: linear shares are on the simplex, and no single network is better', () => {
    fc.assert(
      fc.property(cases(50), ({ logits, labels }) => {
        const [of, label] = [logits.map(rows), classes(labels)];
        const { shares, target } = linearTarget(of, label);
        close(tf.sum(shares, 1), [1, 1], 1e-5);
        expect([...shares.dataSync()].every((share) => share >= 0)).toBe(true);
        const least = lowest(of, label);
        losses(target, label).forEach((loss, n) => {
          expect(loss).toBeLessThanOrEqual((least[n] ?? NaN) + 2e-5);
        });
      }),
      { numRuns: 60 },
    );
  });

  it('KDCL: linear: no mix on a fine grid is better', () => {
    fc.assert(
      fc.property(cases(3), ({ logits, labels }) => {
        const { target } = linearTarget(logits.map(rows), classes(labels));
        losses(target, classes(labels)).forEach((loss, n) => {
          const of = logits.map((each) => each[n] ?? []);
          expect(loss).toBeLessThanOrEqual(gridLoss(of, labels[n] ?? 0) + 1e-3);
        });
      }),
      { numRuns: 60 },
    );
  });

  it.each(['naive', 'linear', 'minLogit', 'general', 'mean'])(
    'KDCL: %s is finite for logits up to ±1e4, and a constant',
    (target) => {
      const training = trained(
        { name: 'kdcl', target },
        { input: [3], classes: 4, models: { peer1: table, peer2: table } },
      );
      for (const [name, sign] of [
        ['peer1', 1],
        ['peer2', -1],
      ] as const)
        say(
          networkOf(training, name),
          [0, 1, 2].map((n) => [0, 1, 2, 3].map((c) => (c === n ? sign : -sign) * 1e4)),
        );
      const [phase] = stageOf(training, 'training').phases;
      expect(Number.isFinite(totalOf(termsAt(phase, indicators(inputs.labels, 2))))).toBe(true);
      const own = gradientsOf(phase, indicators(inputs.labels, 2), networkOf(training, 'peer1').parameters());
      expect([...own.values()].flat().every(Number.isFinite)).toBe(true);
      const foreign = ({ role }: { role: string }): boolean => role === 'peer2';
      expect(
        untouched(
          gradientsOf(
            phase,
            indicators(inputs.labels, 2),
            networkOf(training, 'peer1').parameters(),
            foreign,
          ),
        ),
      ).toBe(true);
    },
  );
});

describe('shares of the general target', () => {
  const flat = (logits: Rows): Float32Array => Float32Array.from(logits.flat());

  it('KDCL: error matrix and shares equal the fixture', () => {
    const { val_logits, val_labels, C, w } = kdcl.general;
    const matrix = errorMatrix(val_logits.map(flat), Int32Array.from(val_labels));
    // Logits come as float32.
    close(matrix, C, 1e-6);
    // The ridge of 1e-6 moves them a little.
    close(leastErrorShares(matrix), w, 1e-5);
    close(leastErrorShares(C), w, 1e-5);
  });

  it('KDCL: shares sum to 1, and are equal where errors are equal and uncorrelated', () => {
    close(
      leastErrorShares([
        [2, 0, 0],
        [0, 2, 0],
        [0, 0, 2],
      ]),
      [1 / 3, 1 / 3, 1 / 3],
      1e-12,
    );
    close(
      leastErrorShares([
        [0.5, 0.2],
        [0.2, 0.5],
      ]),
      [0.5, 0.5],
      1e-12,
    );
  });

  it('KDCL: no network alone has a smaller error than the mix', () => {
    const entry = fc.double({ min: -2, max: 2, noNaN: true });
    const row = fc.array(entry, { minLength: 6, maxLength: 6 });
    fc.assert(
      fc.property(fc.array(row, { minLength: 3, maxLength: 3 }), (errors) => {
        const C = errors.map((a) =>
          errors.map((b) => a.reduce((sum, v, i) => sum + v * (b[i] ?? NaN), 0) / 6),
        );
        const w = leastErrorShares(C);
        expect(w.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 9);
        const mixed = C.reduce(
          (sum, list, i) => sum + list.reduce((part, c, k) => part + (w[i] ?? NaN) * c * (w[k] ?? NaN), 0),
          0,
        );
        C.forEach((list, i) => {
          expect(mixed).toBeLessThanOrEqual((list[i] ?? NaN) + 1e-5);
        });
      }),
      { numRuns: 200 },
    );
  });

  it('KDCL: networks that err alike have finite shares', () => {
    const same = [
      [0.4, 0.4],
      [0.4, 0.4],
    ];
    close(leastErrorShares(same), [0.5, 0.5], 1e-6);
  });
});

describe('KDCL at work', () => {
  beforeAll(() => use('wasm'));

  it('KDCL: every network has a view of its own', async () => {
    const training = trained({ name: 'kdcl' });
    const [phase] = stageOf(training, 'training').phases;
    expect(phase?.views).toBe(2);
    const batch = batchOf('one', { views: 2 });
    const [x1, x2] = batch.views as [tf.Tensor, tf.Tensor];
    networkOf(training, 'peer2').copyFrom(networkOf(training, 'peer1'));
    const { outputs } = await new Steps(stageOf(trained({ name: 'kdcl' }), 'training')).take(batch);
    expect(farthest(outputs['peer1'], outputs['peer2'])).toBeGreaterThan(1e-3);
    const forward = (views: tf.Tensor[]) =>
      phase?.forward({ ...batch, views }, { step: 0, stageStep: 0, epoch: 0, stage: '' }, []).outputs;
    const [straight, crossed] = [forward([x1, x2]), forward([x2, x1])];
    close(crossed?.['peer1'], straight?.['peer2'], 1e-5);
    close(crossed?.['peer2'], straight?.['peer1'], 1e-5);
  });

  it('KDCL: the general shares are found at every evaluation, logged, saved and restored', async () => {
    const training = trained({ name: 'kdcl', peers: 3, target: 'general' });
    const stage = stageOf(training, 'training');
    const clock = { step: 1, stageStep: 1, epoch: 1, stage: 'training' };
    const shares = (): number[] => [1, 2, 3].map((k) => stage.schedules(clock)[`share/peer${k}`] ?? NaN);
    close(shares(), [1 / 3, 1 / 3, 1 / 3], 1e-6);
    const { evaluation } = training;
    if (evaluation.kind !== 'classification') throw new Error('KDCL classifies.');
    await evaluation.observe?.(
      {
        clock,
        logits: Object.fromEntries(
          kdcl.general.val_logits.map((logits, k) => [`peer${k + 1}`, Float32Array.from(logits.flat())]),
        ),
        labels: Int32Array.from(kdcl.general.val_labels),
        crossEntropy: {},
      },
      {
        count: () => 0,
        batches: () => {
          throw new Error('not asked');
        },
      },
    );
    close(shares(), kdcl.general.w, 1e-5);
    const saved = training.slots['shares']?.save() ?? {};
    const other = trained({ name: 'kdcl', peers: 3, target: 'general' });
    other.slots['shares']?.restore(saved);
    close(
      [1, 2, 3].map((k) => stageOf(other, 'training').schedules(clock)[`share/peer${k}`]),
      kdcl.general.w,
      1e-5,
    );
  });
});
