import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { scaleAround, shareOf, ticksOf, valueAt } from './scale.ts';

const finite = fc.double({ min: -1e9, max: 1e9, noNaN: true });

describe('scales', () => {
  it('place values and find them again', () => {
    fc.assert(
      fc.property(
        finite,
        fc.double({ min: 1e-3, max: 1e6, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (min, span, share) => {
          const scale = { min, max: min + span, log: false };
          expect(shareOf(scale, valueAt(scale, share))).toBeCloseTo(share, 3);
          const log = { min: 1e-3, max: 1e-3 + span, log: true };
          expect(shareOf(log, valueAt(log, share))).toBeCloseTo(share, 3);
        },
      ),
    );
  });

  it('have ticks inside, ascending, and not too many', () => {
    fc.assert(
      fc.property(
        finite,
        fc.double({ min: 1e-3, max: 1e6, noNaN: true }),
        fc.boolean(),
        (min, span, isTime) => {
          const ticks = ticksOf({ min, max: min + span, log: false, isTime }, 6);
          expect(ticks.length).toBeLessThanOrEqual(8);
          // Far from zero, two neighbouring numbers may lie further apart than that share of the span.
          const near = span * 1e-6 + Number.EPSILON * Math.max(Math.abs(min), Math.abs(min + span));
          ticks.forEach((tick, index) => {
            expect(tick).toBeGreaterThanOrEqual(min - near);
            expect(tick).toBeLessThanOrEqual(min + span + near);
            if (index > 0) expect(tick).toBeGreaterThan(ticks[index - 1] ?? NaN);
          });
        },
      ),
    );
  });

  it('have round numbers', () => {
    expect(ticksOf({ min: 0, max: 1, log: false }, 5)).toEqual([0, 0.2, 0.4, 0.6, 0.8, 1]);
    expect(ticksOf({ min: 0.001, max: 100, log: true }, 6)).toEqual([0.001, 0.01, 0.1, 1, 10, 100]);
    expect(ticksOf({ min: 0, max: 300, log: false, isTime: true }, 5)).toEqual([0, 60, 120, 180, 240, 300]);
  });

  it('are sound where there is nothing, or one value', () => {
    expect(scaleAround({ low: Infinity, high: -Infinity })).toEqual({ min: 0, max: 1, log: false });
    const { min, max } = scaleAround({ low: 3, high: 3 });
    expect(min).toBeLessThan(3);
    expect(max).toBeGreaterThan(3);
  });
});
