import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decimate } from './decimate.ts';

const series = fc
  .array(
    fc.tuple(
      fc.nat(50),
      fc.oneof(
        { weight: 9, arbitrary: fc.double({ min: -1, max: 1, noNaN: true }) },
        { weight: 1, arbitrary: fc.double() },
      ),
    ),
    {
      minLength: 1,
      maxLength: 400,
    },
  )
  .map((points) => {
    let step = 0;
    return { steps: points.map(([gap]) => (step += gap)), values: points.map(([, value]) => value) };
  });

describe('decimation', () => {
  it('keeps first, last, minimum, maximum and every non-finite point, in order, within its bound', () => {
    fc.assert(
      fc.property(series, fc.integer({ min: 4, max: 60 }), ({ steps, values }, maxPoints) => {
        const kept = decimate(steps, values, maxPoints);
        const isFinite = (index: number): boolean => Number.isFinite(values[index]);
        expect(kept).toEqual([...new Set(kept)].sort((a, b) => a - b));
        expect(kept[0]).toBe(0);
        expect(kept.at(-1)).toBe(values.length - 1);
        expect(kept.filter(isFinite).length).toBeLessThanOrEqual(maxPoints);
        const odd = values.flatMap((_, index) => (isFinite(index) ? [] : [index]));
        expect(odd.every((index) => kept.includes(index))).toBe(true);
        const finite = values.filter(Number.isFinite);
        const keptValues = kept.filter(isFinite).map((index) => values[index]);
        if (finite.length > 0) {
          expect(keptValues).toContain(Math.min(...finite));
          expect(keptValues).toContain(Math.max(...finite));
        }
      }),
    );
  });

  it('keeps the extremes of every bucket, so a single spike survives', () => {
    const steps = Array.from({ length: 20_000 }, (_, index) => index);
    const values = steps.map((step) => (step === 12_345 ? 1000 : Math.sin(step)));
    const kept = decimate(steps, values, 500);
    expect(kept).toContain(12_345);
    expect(kept.length).toBeLessThanOrEqual(500);
    expect(kept.length).toBeGreaterThan(400);
  });

  it('leaves a short series alone', () => {
    expect(decimate([1, 2, 3], [1, 2, 3], 3)).toEqual([0, 1, 2]);
    expect(decimate([], [], 4)).toEqual([]);
  });
});
