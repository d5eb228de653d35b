import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { emaCoefficient, type EmaWarmup } from './emaWarmup.ts';
import { learningRateFactor } from './learningRate.ts';
import { decay, rampUp } from './ramps.ts';

interface Fixture {
  schedules: Record<string, Record<string, number>> & {
    ensemble_weight: Record<string, Record<string, number>>;
    last_active_epoch: Record<string, number>;
  };
  ensemble_share_of_distillation_weight: Record<string, Record<string, number>>;
  ema: Record<string, number[]> & { teacher0: number };
}
const fixture = JSON.parse(readFileSync('test/fixtures/methods/dkel.json', 'utf8')) as Fixture;
const close = (actual: number, expected: number) => {
  expect(Math.abs(actual - expected)).toBeLessThan(1e-9);
};

describe('ramp-up', () => {
  it.each([
    ['ramp_reference_alpha80', 'reference', 1, 80],
    ['ramp_reference_alpha4', 'reference', 1, 4],
    ['released_dkel_lambda0.1', 'released', 0.1, 80],
  ] as const)('equals the fixture %s', (key, shape, omegaMax, length) => {
    for (const [epoch, value] of Object.entries(fixture.schedules[key] ?? {}))
      close(rampUp(shape, Number(epoch), omegaMax, length), value);
  });
  it('starts at ω_max·e⁻⁵, never falls and ends at ω_max', () => {
    close(rampUp('reference', 0, 0.1, 80), 0.1 * Math.exp(-5));
    for (let e = 1; e < 120; e++)
      expect(rampUp('reference', e, 1, 80)).toBeGreaterThanOrEqual(rampUp('reference', e - 1, 1, 80));
    expect(rampUp('reference', 80, 1, 80)).toBe(1);
    expect(rampUp('none', 0, 0.1, 80)).toBe(0.1);
    expect(rampUp('released', 1, 0.1, 80) / rampUp('released', 0, 0.1, 80)).toBeLessThan(1e-170);
    expect([0, 40, 81].map((e) => rampUp('released', e, 0, 80))).toEqual([0, 0, 0]);
  });
});

describe('decaying ensemble weight', () => {
  it('equals the fixture and is exactly zero after its last active epoch', () => {
    for (const [rate, table] of Object.entries(fixture.schedules.ensemble_weight))
      for (const [epoch, value] of Object.entries(table))
        close(decay(Number(epoch), Number(rate), 0.01), value);
    for (const [rate, last] of Object.entries(fixture.schedules.last_active_epoch)) {
      expect(decay(last, Number(rate), 0.01)).toBeGreaterThan(0);
      expect(decay(last + 1, Number(rate), 0.01)).toBe(0);
    }
  });
  it('gives the share of the distillation weight that the fixture tabulates', () => {
    for (const [key, shares] of Object.entries(fixture.ensemble_share_of_distillation_weight)) {
      const [, epochs, rate] = /epochs(\d+)_gamma([\d.]+)/.exec(key) ?? [];
      const share = (omega: (e: number) => number) => {
        let weighted = 0;
        let sum = 0;
        for (let e = 0; e < Number(epochs); e++) {
          weighted += omega(e) * decay(e, Number(rate), 0.01);
          sum += omega(e);
        }
        return weighted / sum;
      };
      close(
        share((e) => rampUp('reference', e, 1, 80)),
        shares['reference_ramp_alpha80'] ?? NaN,
      );
      close(
        share((e) => rampUp('released', e, 0.1, 80)),
        shares['released_ramp_lambda0.1'] ?? NaN,
      );
      close(
        share(() => 1),
        shares['no_ramp'] ?? NaN,
      );
    }
  });
});

describe('EMA coefficient', () => {
  it.each([
    ['constant', 'none', 0.999],
    ['released', 'overwriteFirst', 0.999],
    ['mean_teacher', 'keepInit', 0.999],
    ['constant_beta0.9', 'none', 0.9],
  ] as const)('reproduces the fixture sequence %s', (key, warmup: EmaWarmup, beta) => {
    let teacher = fixture.ema.teacher0;
    (fixture.ema['student_sequence'] ?? []).forEach((student, step) => {
      const alpha = emaCoefficient(warmup, step, beta);
      teacher = alpha * teacher + (1 - alpha) * student;
      expect(Math.abs(teacher - (fixture.ema[key]?.[step] ?? NaN))).toBeLessThan(1e-8);
    });
  });
});

describe('learning rate', () => {
  it('follows the multi-step table', () => {
    for (const [epoch, rate] of Object.entries(fixture.schedules['multistep_lr_cifar'] ?? {}))
      close(
        0.1 *
          learningRateFactor(
            { name: 'multiStep', milestones: [150, 225], factor: 0.1, warmupEpochs: 0 },
            Number(epoch),
            300,
          ),
        rate,
      );
  });
  it('warms up, then decays as a cosine to its final factor', () => {
    const cosine = { name: 'cosine', final: 0.1, warmupEpochs: 2 } as const;
    close(learningRateFactor(cosine, 1, 10), 0.5);
    close(learningRateFactor(cosine, 2, 10), 1);
    close(learningRateFactor(cosine, 6, 10), 0.55);
    close(learningRateFactor(cosine, 10, 10), 0.1);
  });
});
