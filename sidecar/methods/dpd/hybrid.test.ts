import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Environment } from '../../environments/environment.ts';
import { environments } from '../../environments/registry.ts';
import { evaluatePolicy, hybridPolicy, modelOf } from './hybrid.ts';

type Grid = number[][];
const { tabular_hybrid: given, cliff_walking: cliff } = JSON.parse(
  readFileSync('test/fixtures/methods/dpd.json', 'utf8'),
) as {
  tabular_hybrid: {
    V_A: Grid;
    V_B: Grid;
    hybrid_uses_B: Grid;
    V_hybrid: Grid;
    V_optimal: Grid;
    min_improvement_over_max: number;
  };
  cliff_walking: { start_state: number; goal_state: number };
};

const GAMMA = 0.9;
const MOVES = [
  [-1, 0],
  [0, 1],
  [1, 0],
  [0, -1],
] as const;
/** The fixture's grid: −1 a step, walls clamp, the last cell ends it. */
const grid: Environment = {
  ...environments.cliffWalking,
  step: ([at = 0], [action = 0]) => {
    const [down, right] = MOVES[action] ?? [0, 0];
    const row = Math.min(3, Math.max(0, Math.floor(at / 4) + down));
    const column = Math.min(3, Math.max(0, (at % 4) + right));
    return {
      state: [4 * row + column],
      reward: at === 15 ? 0 : -1,
      terminated: at === 15 || 4 * row + column === 15,
    };
  },
};
const model = modelOf(grid, 16, 4);
/** 0.9 on right, at the wall on down, in some rows; uniform in the others. */
const policy = (greedyRows: readonly number[]) =>
  Array.from({ length: 64 }, (_, index) => {
    const [state, action] = [Math.floor(index / 4), index % 4];
    if (!greedyRows.includes(Math.floor(state / 4))) return 0.25;
    return action === (state % 4 < 3 ? 1 : 2) ? 0.9 : 0.1 / 3;
  });
const [a, b] = [policy([0, 1]), policy([2, 3])];

const close = (found: Float64Array, expected: Grid): void => {
  expected.flat().forEach((value, state) => {
    expect(Math.abs((found[state] ?? NaN) - value)).toBeLessThan(2e-6);
  });
};

describe('following the better policy, state by state (invariant 9 of dpd.md §8)', () => {
  const [valuesA, valuesB] = [evaluatePolicy(model, a, GAMMA), evaluatePolicy(model, b, GAMMA)];
  const hybrid = hybridPolicy([a, b], [valuesA, valuesB], 4);
  const valuesHybrid = evaluatePolicy(model, hybrid, GAMMA);

  it('has the exact values of the fixture', () => {
    close(valuesA, given.V_A);
    close(valuesB, given.V_B);
    close(valuesHybrid, given.V_hybrid);
    const uses = Array.from({ length: 16 }, (_, state) =>
      Number((valuesB[state] ?? 0) > (valuesA[state] ?? 0)),
    );
    expect(uses).toEqual(given.hybrid_uses_B.flat());
  });

  it('is at least as good as both everywhere, and by how much at least', () => {
    const gains = [...valuesHybrid.slice(0, 15)].map(
      (value, state) => value - Math.max(valuesA[state] ?? 0, valuesB[state] ?? 0),
    );
    expect(Math.min(...gains)).toBeCloseTo(given.min_improvement_over_max, 5);
  });

  it('is at least as good as both for any two policies', () => {
    const anyPolicy = fc
      .array(fc.double({ min: 0.01, max: 1, noNaN: true }), { minLength: 64, maxLength: 64 })
      .map((raw) =>
        raw.map((value, index) => {
          const from = index - (index % 4);
          return value / raw.slice(from, from + 4).reduce((sum, each) => sum + each, 0);
        }),
      );
    fc.assert(
      fc.property(anyPolicy, anyPolicy, (own, peer) => {
        const [v, w] = [evaluatePolicy(model, own, GAMMA), evaluatePolicy(model, peer, GAMMA)];
        const both = evaluatePolicy(model, hybridPolicy([own, peer], [v, w], 4), GAMMA);
        both.forEach((value, state) => {
          expect(value).toBeGreaterThanOrEqual(Math.max(v[state] ?? 0, w[state] ?? 0) - 1e-8);
        });
      }),
      { numRuns: 50 },
    );
  });

  it('knows the whole of an environment whose states are counted', () => {
    const { next, reward, ends } = modelOf(environments.cliffWalking, 48, 4);
    const at = (state: number, action: number) => 4 * state + action;
    const fall = at(cliff.start_state, 1);
    expect([next[fall], reward[fall], ends[fall]]).toEqual([cliff.start_state, -100, 0]);
    const arrival = at(cliff.goal_state - 12, 2);
    expect([next[arrival], reward[arrival], ends[arrival]]).toEqual([cliff.goal_state, -1, 1]);
    // Up, eleven to the right, down.
    const walk = Array.from({ length: 192 }, (_, index) => {
      const [state, action] = [Math.floor(index / 4), index % 4];
      return Number(action === (state === cliff.start_state ? 0 : state % 12 === 11 ? 2 : 1));
    });
    expect(evaluatePolicy(modelOf(environments.cliffWalking, 48, 4), walk, 1)[cliff.start_state]).toBe(-13);
  });
});
