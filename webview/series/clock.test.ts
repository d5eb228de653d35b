import { describe, expect, it } from 'vitest';
import { activeClock, clockThrough, epochClock } from './clock.ts';

describe('clocks', () => {
  it('go there and back', () => {
    const clock = clockThrough([0, 10, 20], [0, 1, 5]);
    for (const [step, x] of [
      [0, 0],
      [5, 0.5],
      [15, 3],
      [30, 9],
    ] as const) {
      expect(clock.toX(step)).toBe(x);
      expect(clock.toStep(x)).toBe(step);
    }
  });

  it('count epochs over all stages', () => {
    const clock = epochClock({ steps: [1, 2, 3, 4], walls: [0, 0, 0, 0], values: [0.5, 1, 0.5, 1] }, 2);
    expect([1, 2, 3, 4].map((step) => clock.toX(step))).toEqual([0.5, 1, 1.5, 2]);
    expect(epochClock(undefined, 25).toX(50)).toBe(2);
  });

  it('leave out pauses and what lay before a resume', () => {
    const steps = [1, 2, 3, 4, 5, 6];
    const walls = [0, 1, 2, 1002, 1003, 5003];
    const seams = [{ step: 4, wallTime: 1001, offset: 9 }];
    const clock = activeClock({ steps, walls, values: steps }, seams);
    expect(steps.map((step) => clock.toX(step))).toEqual([0, 1, 2, 3, 4, 5]);
  });
});
