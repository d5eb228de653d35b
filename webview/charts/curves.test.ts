import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stepClock } from '../series/clock.ts';
import { curvesOf, indexAt, interpolated, measuredAt, type CurveSource } from './curves.ts';

const band = (tag: string, steps: number[], values: number[]): CurveSource => ({
  line: {
    run: 'a',
    tag: `train/run/weighted/${tag}`,
    label: tag,
    explanation: '',
    hue: 0,
    member: 0,
    axis: 'left',
  },
  points: { steps, walls: steps, values },
  clock: stepClock,
  spacing: 1,
});

describe('curves', () => {
  it('are stacked on the union of their steps', () => {
    const [first, second] = curvesOf([band('a', [1, 2, 3], [1, 2, 3]), band('b', [1, 3], [10, 30])], 0, true);
    expect(Array.from(first?.ys ?? [])).toEqual([1, 2, 3]);
    expect(Array.from(second?.ys ?? [])).toEqual([11, 22, 33]);
    expect(Array.from(second?.floor ?? [])).toEqual([1, 2, 3]);
    // What is read out is what was measured, not the sum.
    expect(second && measuredAt(second, 3)).toBe(30);
  });

  it('keep the raw sum behind smoothed bands', () => {
    const [first, second] = curvesOf([band('a', [1, 2], [1, 3]), band('b', [1, 2], [1, 1])], 0.9, true);
    expect(first?.raw).toBeNull();
    expect(second?.raw).toEqual([2, 4]);
  });

  it('have no term before its first point', () => {
    expect(interpolated([5, 7], [1, 3], [1, 5, 6, 7, 9])).toEqual([0, 1, 2, 3, 3]);
  });

  it('find the last point at or before a place', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 50 })), fc.integer({ min: -1, max: 51 }), (raw, x) => {
        const xs = [...raw].sort((a, b) => a - b);
        expect(indexAt(xs, x)).toBe(xs.findLastIndex((own) => own <= x));
      }),
    );
  });
});
