import { describe, expect, it } from 'vitest';
import { stepClock } from '../series/clock.ts';
import type { Curve } from './curves.ts';
import { allSteps, pageAround, rowsOf } from './tableRows.ts';

const curve = (steps: number[], values: number[]): Curve => ({
  line: { run: 'a', tag: 't', label: 't', explanation: '', hue: 'peer', member: 0, axis: 'left' },
  ...{ steps, values, clock: stepClock, xs: steps, ys: values, raw: null, floor: null },
});

describe('rows of a table', () => {
  it('have every step once, and nothing where a line has no point', () => {
    const curves = [curve([1, 3], [10, 30]), curve([3, 5], [33, NaN])];
    expect(rowsOf(curves, allSteps(curves))).toEqual([
      { step: 1, values: [10, undefined] },
      { step: 3, values: [30, 33] },
      { step: 5, values: [undefined, NaN] },
    ]);
  });

  it('come page by page, around a step', () => {
    const steps = Array.from({ length: 100 }, (_, index) => index + 1);
    expect([1, 25, 26, Infinity].map((step) => pageAround(steps, step, 25))).toEqual([0, 0, 25, 75]);
  });
});
