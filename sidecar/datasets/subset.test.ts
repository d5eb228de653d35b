import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { balancedSubset, withLimit } from './subset.ts';
import { makeSynthetic } from './synthetic.ts';

const countsOf = (labels: readonly number[], classes: number): number[] =>
  Array.from({ length: classes }, (_, label) => labels.filter((each) => each === label).length);

describe('a class-balanced subset', () => {
  it('takes as many of each class as there are, and no class more than one above another that has more', () => {
    const labels = fc.array(fc.nat(4), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(labels, fc.integer({ min: 1, max: 70 }), (labels, limit) => {
        const chosen = [...balancedSubset(labels, 5, limit)];
        expect(chosen).toHaveLength(Math.min(limit, labels.length));
        expect(chosen).toEqual([...new Set(chosen)].sort((a, b) => a - b));
        const [all, some] = [
          countsOf(labels, 5),
          countsOf(
            chosen.map((at) => labels[at] ?? -1),
            5,
          ),
        ];
        const most = Math.max(...some);
        some.forEach((count, label) => {
          expect(count >= most - 1 || count === all[label]).toBe(true);
        });
      }),
    );
  });

  it('takes the first of each class, with their own samples, and changes the digest', () => {
    const whole = makeSynthetic(
      { name: 'synthetic', samples: 40, testSamples: 4, classes: 4, shape: [3], noise: 1 },
      1,
    );
    const few = withLimit(whole, 8);
    expect([...few.train.labels]).toEqual([0, 1, 2, 3, 0, 1, 2, 3]);
    expect([...few.train.values]).toEqual([...whole.train.values.subarray(0, 24)]);
    expect(few.digest).not.toBe(whole.digest);
    expect(withLimit(whole, 40)).toBe(whole);
    expect(withLimit(whole, undefined)).toBe(whole);
  });
});
