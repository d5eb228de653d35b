import { beforeAll, describe, expect, it } from 'vitest';
import { use } from '../../backends/ops/testing.ts';
import {
  batchOf,
  close,
  clockOf,
  fixture,
  gradientsOf,
  indicators,
  networkOf,
  say,
  stageOf,
  table,
  termOf,
  termsAt,
  totalOf,
  trained,
  unreached,
} from '../parts/testing.ts';

const { inputs, cl_ilr, basics } = fixture('baselines') as {
  readonly inputs: { readonly labels: number[]; readonly logits: number[][][] };
  readonly cl_ilr: { readonly kd_logit_mean_others_T3: number[] };
  readonly basics: { readonly ce: number[] };
};
/** After the ramp. */
const late = clockOf('training', 0, 299);

describe.each(['cpu', 'wasm'] as const)('CL-ILR on %s', (backend) => {
  beforeAll(() => use(backend));

  it.each([true, false])('CL-ILR: equals the fixture, constant targets: %s', (detachTarget) => {
    const training = trained(
      { name: 'clilr', detachTarget },
      { input: [3], classes: 4, models: { student: table } },
    );
    inputs.logits.forEach((logits, h) => {
      say(networkOf(training, 'student'), logits, `branch${h + 1}`);
    });
    const [phase] = stageOf(training, 'training').phases;
    const of = (name: string): number[] =>
      [1, 2, 3].map((h) => termOf(termsAt(phase, indicators(inputs.labels), late), `peer${h}`, name));
    close(of('crossEntropy'), basics.ce);
    close(of('mutual'), cl_ilr.kd_logit_mean_others_T3);
    // At epoch 40 of 300 the ramp stands at 0.286505.
    const total = [...basics.ce, ...cl_ilr.kd_logit_mean_others_T3.map((kd) => 0.2865048 * kd)];
    close(
      totalOf(termsAt(phase, indicators(inputs.labels), clockOf('training', 0, 40))),
      total.reduce((a, b) => a + b, 0),
    );
  });
});

describe('CL-ILR at work', () => {
  beforeAll(() => use('wasm'));

  it.each([2, 3])(
    'CL-ILR: of %i heads the trunk gets that share of its gradient, heads all of theirs, and nothing is said differently',
    (peers) => {
      const [scaled, plain] = [true, false].map((rescaleTrunk) =>
        trained({ name: 'clilr', peers, rescaleTrunk }),
      );
      if (!scaled || !plain) throw new Error('There are two.');
      const batch = batchOf('one', { views: 1 });
      const gradients = (training: typeof scaled) =>
        gradientsOf(
          stageOf(training, 'training').phases[0],
          batch,
          networkOf(training, 'student').parameters(),
          undefined,
          late,
        );
      const [a, b] = [gradients(scaled), gradients(plain)];
      expect(unreached(a)).toEqual([]);
      for (const [name, gradient] of b)
        close(
          a.get(name),
          name.startsWith('student/trunk/') ? gradient.map((v) => v / peers) : gradient,
          1e-6,
        );
      const of = (training: typeof scaled): number =>
        totalOf(termsAt(stageOf(training, 'training').phases[0], batch, late));
      expect(of(scaled)).toBe(of(plain));
    },
  );
});
