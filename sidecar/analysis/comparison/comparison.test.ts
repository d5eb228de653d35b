import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Stream } from '../../random/stream.ts';
import { calibrationError, calibrationOf } from '../calibration.ts';
import { agreementOf, disagreementByClass, outcomesOf } from './agreement.ts';
import { bootstrapDifferences, quantile } from './bootstrap.ts';
import { mostTelling } from './disputed.ts';
import { EXACT_BELOW, mcnemar } from './mcnemar.ts';
import { chiSquareTail, complementaryErrorFunction } from './normalTail.ts';
import { perClass } from './perClass.ts';
import { compareWeights } from './weightDistance.ts';

describe('McNemar', () => {
  it('is the binomial by hand where few samples differ', () => {
    // 2 · (C(6,0) + C(6,1)) / 2⁶.
    expect(mcnemar(1, 5)).toEqual({
      onlyReference: 1,
      onlyOther: 5,
      test: 'exact',
      statistic: null,
      p: 14 / 64,
    });
    expect(mcnemar(0, 10).p).toBe(2 / 1024);
    expect(mcnemar(3, 3).p).toBe(1);
    expect(mcnemar(0, 0).p).toBe(1);
  });

  it('is χ² with continuity correction where many do', () => {
    const { test, statistic, p } = mcnemar(460, 540);
    expect({ test, statistic }).toEqual({ test: 'chiSquare', statistic: 79 ** 2 / 1000 });
    // Python: math.erfc(math.sqrt(6.241 / 2)).
    expect(p).toBeCloseTo(0.012482597527140487, 14);
    expect(mcnemar(500, 500)).toMatchObject({ statistic: 0, p: 1 });
  });

  it('hardly changes where one test follows the other', () => {
    const [below, at] = [mcnemar(470, EXACT_BELOW - 1 - 470), mcnemar(470, EXACT_BELOW - 470)];
    expect([below.test, at.test]).toEqual(['exact', 'chiSquare']);
    expect(at.p / below.p).toBeGreaterThan(0.9);
    expect(at.p / below.p).toBeLessThan(1.1);
  });

  it('is symmetric, and a probability', () => {
    fc.assert(
      fc.property(fc.nat(3000), fc.nat(3000), (b, c) => {
        const { p } = mcnemar(b, c);
        expect(p).toBe(mcnemar(c, b).p);
        expect(p).toBeGreaterThanOrEqual(0);
        expect(p).toBeLessThanOrEqual(1);
      }),
    );
  });
});

describe('tails', () => {
  it('are those of the tables', () => {
    for (const [x, value] of [
      [0, 1],
      [0.5, 0.4795001221869535],
      [1, 0.15729920705028513],
      [1.9999, 0.004679802092970608],
      [2, 0.004677734981047265],
      [3, 2.209049699858544e-5],
      [6, 2.1519736712498913e-17],
    ] as const)
      expect(complementaryErrorFunction(x) / value, String(x)).toBeCloseTo(1, 12);
    expect(chiSquareTail(3.841458820694124)).toBeCloseTo(0.05, 12);
  });
});

describe('bootstrap', () => {
  const draws = (name: string, share: number, count: number) => {
    const stream = Stream.of(3, name);
    return Uint8Array.from({ length: count }, (_, index) => Number(stream.uniform(index) < share));
  };

  it('is a function of the seed, and of each network alone', () => {
    const [a, b, c] = [draws('a', 0.8, 301), draws('b', 0.85, 301), draws('c', 0.5, 301)];
    const options = { resamples: 500, seed: 7 };
    const [first, second] = bootstrapDifferences(a, [b, c], options);
    expect(bootstrapDifferences(a, [c, b], options)).toEqual([second, first]);
    expect(bootstrapDifferences(a, [b], { ...options, seed: 8 })).not.toEqual([first]);
    const [mirrored] = bootstrapDifferences(b, [a], options);
    expect(mirrored?.low).toBeCloseTo(-(first?.high ?? NaN), 12);
    expect(mirrored?.high).toBeCloseTo(-(first?.low ?? NaN), 12);
  });

  it('is as wide as the normal approximation says', () => {
    const [a, b] = [draws('a', 0.8, 2000), draws('b', 0.8, 2000)];
    const gains = [...b].map((right, index) => right - (a[index] ?? 0));
    const mean = gains.reduce((sum, gain) => sum + gain, 0) / gains.length;
    const deviation = Math.sqrt(gains.reduce((sum, gain) => sum + (gain - mean) ** 2, 0)) / gains.length;
    const [interval] = bootstrapDifferences(a, [b], { resamples: 4000, seed: 1 });
    expect(interval?.low).toBeCloseTo(mean - 1.96 * deviation, 2.5);
    expect(interval?.high).toBeCloseTo(mean + 1.96 * deviation, 2.5);
  });

  it('holds the true difference about nineteen times in twenty', () => {
    let held = 0;
    for (let trial = 0; trial < 200; trial++) {
      const [a, b] = [draws(`a${trial}`, 0.7, 200), draws(`b${trial}`, 0.8, 200)];
      const [{ low, high } = { low: NaN, high: NaN }] = bootstrapDifferences(a, [b], {
        resamples: 400,
        seed: trial,
      });
      held += Number(low <= 0.1 && high >= 0.1);
    }
    expect(held / 200).toBeGreaterThan(0.9);
    expect(held / 200).toBeLessThan(0.99);
  });

  it('takes quantiles between neighbours', () => {
    expect(quantile(Float64Array.of(0, 10), 0.25)).toBe(2.5);
    expect(quantile(Float64Array.of(1, 2, 3), 0.5)).toBe(2);
  });
});

describe('calibration', () => {
  it('is that by hand', () => {
    const bins = calibrationOf(Float64Array.of(0.7, 0.3, 0.72, 0.28, 0.4, 0.6, NaN, NaN), [0, 1, 1, 0], 2);
    expect(bins.map(({ count }) => count)).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0]);
    expect(bins[10]).toEqual({ count: 2, confidence: 1.42, right: 1 });
    expect(calibrationError(bins, 4)).toBeCloseTo((0.42 + 0.4) / 4, 12);
  });
});

describe('agreement', () => {
  const labels = [0, 0, 1, 1, 2, 2];
  const reference = [0, 0, 0, 0, 0, 1];
  const other = [0, 1, 1, 0, 1, 2];

  it('says what became of every sample', () => {
    expect(outcomesOf(labels, reference, other)).toEqual({
      bothRight: 1,
      fixed: 2,
      broken: 1,
      sameMistake: 1,
      otherMistake: 1,
    });
    expect(agreementOf(reference, other)).toBe(2 / 6);
    expect(disagreementByClass(labels, reference, other, 3)).toEqual([1, 1, 2]);
    expect(perClass(labels, [reference, other], 3)).toEqual([
      { samples: 2, right: [2, 1] },
      { samples: 2, right: [0, 1] },
      { samples: 2, right: [0, 1] },
    ]);
  });

  it('turns round when the networks change places', () => {
    const answers = fc.array(fc.tuple(fc.nat(2), fc.nat(2), fc.nat(2)), { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(answers, (rows) => {
        const [label, a, b] = [0, 1, 2].map((column) => rows.map((row) => row[column] ?? 0));
        const there = outcomesOf(label ?? [], a ?? [], b ?? []);
        const back = outcomesOf(label ?? [], b ?? [], a ?? []);
        expect(back).toEqual({ ...there, fixed: there.broken, broken: there.fixed });
        const { bothRight, fixed, broken, sameMistake, otherMistake } = there;
        expect(bothRight + fixed + broken + sameMistake + otherMistake).toBe(rows.length);
        const { onlyOther, onlyReference } = mcnemar(there.broken, there.fixed);
        expect(onlyOther - onlyReference).toBe(back.broken - back.fixed);
      }),
    );
  });

  it('shows of every kind first what both are sure of, and each sample once', () => {
    const sure = (classes: number[], probabilities: number[]) => ({ classes, probabilities });
    const asked = sure([0, 0, 0, 0, 0, 0], [0.9, 0.9, 0.9, 0.9, 0.9, 0.9]);
    const answered = sure([0, 1, 1, 1, 1, 0], [1, 0.6, 0.7, 0.8, 0.5, 1]);
    // Broken: 1; fixed: 2 and 3, of which 3 is surer; another mistake: 4.
    expect(mostTelling(labels, asked, [answered], 9)).toEqual([1, 3, 4, 2]);
    expect(mostTelling(labels, asked, [answered, answered], 2)).toEqual([1, 3]);
  });
});

describe('weight distance', () => {
  it('is measured where name and shape agree', () => {
    const tensor = (name: string, values: number[]) => ({
      name,
      shape: [values.length],
      values: Float32Array.from(values),
    });
    const result = compareWeights(
      [tensor('kernel', [3, 4]), tensor('bias', [1]), tensor('old', [0])],
      [tensor('bias', [1, 2]), tensor('kernel', [3, 0]), tensor('new', [0])],
    );
    expect(result).toEqual({
      tensors: [{ name: 'kernel', shape: [2], distance: 4, relative: 4 / 5, cosine: 9 / 15 }],
      onlyReference: ['bias', 'old'],
      onlyOther: ['bias', 'new'],
    });
  });
});
