import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { smooth, spacingOf } from './smoothing.ts';

const values = fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 60 });
const stepsOf = (count: number, every = 1): number[] =>
  Array.from({ length: count }, (_, index) => every * index);

describe('smoothing', () => {
  it('without weight of the past is the curve itself', () => {
    fc.assert(
      fc.property(values, (own) => {
        // Nought and minus nought are the same place.
        expect(Array.from(smooth(stepsOf(own.length), own, 0, 1), (value) => value + 0)).toEqual(
          own.map((value) => value + 0),
        );
      }),
    );
  });

  it('is the corrected average of TensorBoard where points are evenly spaced', () => {
    fc.assert(
      fc.property(values, fc.double({ min: 0.01, max: 0.99, noNaN: true }), (own, s) => {
        let last = 0;
        const expected = own.map((value, index) => {
          last = last * s + (1 - s) * value;
          return last / (1 - s ** (index + 1));
        });
        const found = smooth(stepsOf(own.length, 5), own, s, 5);
        expected.forEach((value, index) => {
          expect(found[index]).toBeCloseTo(value, 3);
        });
      }),
    );
  });

  it('stays between the extremes', () => {
    fc.assert(
      fc.property(values, (own) => {
        const [low, high] = [Math.min(...own), Math.max(...own)];
        for (const value of smooth(stepsOf(own.length), own, 0.9, 1)) {
          expect(value).toBeGreaterThanOrEqual(low - 1e-6);
          expect(value).toBeLessThanOrEqual(high + 1e-6);
        }
      }),
    );
  });

  it('leaves what is not finite as it is, and goes on after it', () => {
    const found = smooth([0, 1, 2, 3], [1, NaN, Infinity, 1], 0.5, 1);
    expect([...found]).toEqual([1, NaN, Infinity, 1]);
  });

  it('knows the usual distance of steps', () => {
    expect(spacingOf([0, 10, 20])).toBe(10);
    expect(spacingOf([5])).toBe(1);
  });
});
