import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { use } from '../../backends/ops/testing.ts';
import {
  batchOf,
  close,
  fixture,
  gradientsOf,
  indicators,
  networkOf,
  say,
  stageOf,
  Steps,
  table,
  termOf,
  termsAt,
  totalOf,
  trained,
  untouched,
  valuesOf,
} from '../parts/testing.ts';
import { hinton as declaration } from './options.ts';

const { inputs, hinton, basics } = fixture('baselines') as {
  readonly inputs: {
    readonly labels: number[];
    readonly logits: number[][][];
    readonly extra_logits: number[][];
  };
  readonly hinton: Readonly<Record<'alpha0.9_T4' | 'additive_alpha1_T3', number>>;
  readonly basics: { readonly ce: number[]; readonly kl_T4_z0_from_extra: number };
};
const [z0 = []] = inputs.logits;

/** The student says z₀, the teacher g. */
const build = (settings: object = {}) => {
  const training = trained(
    { name: 'hinton', ...settings },
    { input: [3], classes: 4, models: { teacher: table, student: table } },
  );
  say(networkOf(training, 'student'), z0);
  say(networkOf(training, 'teacher'), inputs.extra_logits);
  return { training, phase: stageOf(training, 'distillation').phases[0] };
};
const total = (settings: object): number =>
  totalOf(termsAt(build(settings).phase, indicators(inputs.labels)));

describe.each(['cpu', 'wasm'] as const)('Hinton KD on %s', (backend) => {
  beforeAll(() => use(backend));

  it('Hinton: equals the fixture, convex and additive', () => {
    close(total({}), hinton['alpha0.9_T4']);
    close(total(declaration.presets['comparison'] ?? {}), hinton.additive_alpha1_T3);
  });

  it('Hinton: a = 0 is the cross-entropy, a = 1 pure KD', () => {
    close(total({ alpha: 0 }), basics.ce[0]);
    close(total({ alpha: 1 }), basics.kl_T4_z0_from_extra);
  });

  it('Hinton: as T grows the gradient of KD becomes that of centred logits', () => {
    const { training, phase } = build({ alpha: 1, temperature: 100 });
    const [gradient] = gradientsOf(
      phase,
      indicators(inputs.labels),
      networkOf(training, 'student').parameters(),
    ).values();
    const centred = (z: number[][]): tf.Tensor => tf.sub(z, tf.mean(tf.tensor2d(z), 1, true));
    // What is left is of order 1/T.
    close(gradient, tf.div(tf.sub(centred(z0), centred(inputs.extra_logits)), 3 * 4), 5e-3);
  });

  it('Hinton: the teacher is frozen, statistics too, and gets no gradient', async () => {
    const training = trained({ name: 'hinton' });
    const [teacher, stage] = [networkOf(training, 'teacher'), stageOf(training, 'distillation')];
    const batch = batchOf('batch', { views: 1 });
    await new Steps(stageOf(training, 'teacher')).take(batch);
    const before = valuesOf(teacher);
    expect(untouched(gradientsOf(stage.phases[0], batch, teacher.parameters()))).toBe(true);
    await new Steps(stage).take(batch);
    expect(valuesOf(teacher)).toEqual(before);
  });

  it('Hinton: T² is inside KD once, and labels are compared at T = 1', () => {
    const terms = termsAt(build({ temperature: 4 }).phase, indicators(inputs.labels));
    close(termOf(terms, 'student', 'crossEntropy'), basics.ce[0]);
    close(termOf(terms, 'student', 'teacher'), basics.kl_T4_z0_from_extra);
  });
});
