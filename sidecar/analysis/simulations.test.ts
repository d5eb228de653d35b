import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { EmaWarmup } from '../schedules/emaWarmup.ts';
import { initialisedTeacher, simulateGeometry, type Point } from './geometry2d.ts';
import {
  meanOverTrials,
  mulberry32,
  normalOf,
  simulateConvergence,
  staticPools,
  type MixSchedule,
} from './monteCarlo.ts';

interface Scenario {
  phi0: Point;
  rows: { t: number; theta: Point; phi: Point; r: number; d: number; psi: number | null }[];
  decoupling_index: number;
  transverse_index: number;
  steps_to_10pct: number;
  first_t_psi_gt_90: number;
}
const fixture = JSON.parse(readFileSync('test/fixtures/methods/dkel.json', 'utf8')) as {
  geometry_2d: {
    scenarios: Record<string, Scenario>;
    init_sweep: Record<
      string,
      {
        phi0: Point;
        transverse_mean_teacher: number;
        decoupling_mean_teacher: number;
        steps_to_10pct: number;
      }
    >;
  };
  monte_carlo: {
    prng: Record<string, number[]>;
    results: Record<string, { mean_kl: Record<string, number>; avg_over_epochs: number }>;
    static_pools: Record<string, Record<string, number>>;
  };
};
const START: Point = [3, 4];
const setting = {
  start: START,
  optimum: [0, 0] as Point,
  learningRate: 0.1,
  pull: 0.5,
  beta: 0.9,
  steps: 60,
};
const WARMUPS: Record<string, EmaWarmup> = {
  constant: 'none',
  mean_teacher: 'keepInit',
  released: 'overwriteFirst',
};

describe('2-D geometry', () => {
  it.each(Object.entries(fixture.geometry_2d.scenarios))('%s equals the fixture', (name, expected) => {
    const warmup = Object.entries(WARMUPS).find(([key]) => name.endsWith(key))?.[1] ?? 'none';
    const { rows, ...indices } = simulateGeometry({ ...setting, teacher: expected.phi0, warmup });
    for (const { t, theta, phi, r, d, psi } of expected.rows) {
      const row = rows[t];
      if (!row) throw new Error(`no row ${t}`);
      for (const [got, wanted] of [
        [row.student[0], theta[0]],
        [row.student[1], theta[1]],
        [row.teacher[0], phi[0]],
        [row.teacher[1], phi[1]],
        [row.distance, r],
        [row.gap, d],
      ] as const)
        expect(got).toBeCloseTo(wanted, 6);
      if (psi === null) expect(row.angle).toBeNull();
      else expect(row.angle ?? NaN).toBeCloseTo(psi, 3);
    }
    expect(indices.decoupling).toBeCloseTo(expected.decoupling_index, 6);
    expect(indices.transverse).toBeCloseTo(expected.transverse_index, 6);
    expect(indices.stepsToTenth).toBe(expected.steps_to_10pct);
    expect(rows.findIndex(({ angle }) => angle !== null && angle > 90)).toBe(expected.first_t_psi_gt_90);
  });

  it('decouples more the longer the teacher is initialised', () => {
    const transverse = Object.entries(fixture.geometry_2d.init_sweep).map(([steps, expected]) => {
      const teacher = initialisedTeacher(START, [0.8, -0.6], 0.1, Number(steps));
      expect(teacher[0]).toBeCloseTo(expected.phi0[0], 6);
      const geometry = simulateGeometry({ ...setting, teacher, warmup: 'keepInit' });
      expect(geometry.transverse).toBeCloseTo(expected.transverse_mean_teacher, 6);
      expect(geometry.decoupling).toBeCloseTo(expected.decoupling_mean_teacher, 6);
      expect(geometry.stepsToTenth).toBe(expected.steps_to_10pct);
      return geometry.transverse;
    });
    expect(transverse).toEqual([...transverse].sort((a, b) => a - b));
  });
});

describe('Monte-Carlo convergence', () => {
  it('draws the reference numbers', () => {
    const uniform = mulberry32(42);
    (fixture.monte_carlo.prng['mulberry32_seed42_uniform'] ?? []).forEach((value) => {
      expect(uniform()).toBeCloseTo(value, 8);
    });
    const normals = mulberry32(42);
    (fixture.monte_carlo.prng['mulberry32_seed42_normal'] ?? []).forEach((value) => {
      expect(normalOf(normals)).toBeCloseTo(value, 7);
    });
  });

  it('gives the fixture’s curves, early gain and late harm', () => {
    const names = Object.keys(fixture.monte_carlo.results);
    const scheduleOf = (name: string): MixSchedule =>
      name === 'individual_only'
        ? 'individual'
        : name === 'ensemble_only'
          ? 'ensemble'
          : { rate: Number(name.slice('decay_'.length)) };
    const curves = simulateConvergence(names.map(scheduleOf)).map(meanOverTrials);
    names.forEach((name, index) => {
      const expected = fixture.monte_carlo.results[name];
      const curve = curves[index] ?? [];
      for (const [epoch, value] of Object.entries(expected?.mean_kl ?? {}))
        expect(curve[Number(epoch)]).toBeCloseTo(value, 7);
      expect(curve.reduce((a, b) => a + b, 0) / curve.length).toBeCloseTo(
        expected?.avg_over_epochs ?? NaN,
        7,
      );
    });
    const at = (epoch: number) => new Map(names.map((name, index) => [name, curves[index]?.[epoch] ?? NaN]));
    const [early, late] = [at(4), at(39)];
    for (const name of names) {
      expect(early.get('ensemble_only')).toBeLessThanOrEqual(early.get(name) ?? NaN);
      expect(early.get('individual_only')).toBeGreaterThanOrEqual(early.get(name) ?? NaN);
      expect(late.get('individual_only')).toBeLessThanOrEqual(late.get(name) ?? NaN);
      expect(late.get('ensemble_only')).toBeGreaterThanOrEqual(late.get(name) ?? NaN);
    }
  });

  it.each(Object.entries(fixture.monte_carlo.static_pools))(
    'pools noisy teachers as the fixture does, σ = %s',
    (noise, expected) => {
      const pools = staticPools(Number(noise));
      expect(pools.klTrueArithmetic).toBeCloseTo(expected['kl_true_arith'] ?? NaN, 7);
      expect(pools.klTrueGeometric).toBeCloseTo(expected['kl_true_geo'] ?? NaN, 7);
      expect(pools.entropyArithmetic).toBeCloseTo(expected['entropy_arith'] ?? NaN, 7);
      expect(pools.entropyGeometric).toBeCloseTo(expected['entropy_geo'] ?? NaN, 7);
      expect(pools.individual).toBeCloseTo(expected['L_ind_uniform'] ?? NaN, 7);
      expect(pools.assembled).toBeCloseTo(expected['L_ens_uniform'] ?? NaN, 7);
      expect(pools.shareAssembledSmaller).toBeCloseTo(expected['frac_ens_le_ind'] ?? NaN, 7);
      expect(pools.entropyGeometric).toBeLessThan(pools.entropyArithmetic);
    },
  );
});
