import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { linearCka, representationOf } from '../../analysis/comparison/cka.ts';
import { divergence } from '../../backends/ops/index.ts';
import { normals, numbers as read, use } from '../../backends/ops/testing.ts';
import { weightedSum, type LossTerm } from '../../losses/terms.ts';
import { mlp } from '../../models/mlp.spec.ts';
import { INFERENCE } from '../../models/network.ts';
import {
  batchOf,
  clockOf,
  close,
  contextOf,
  fixture,
  flat,
  gradientsOf,
  lengthOf,
  lossOf,
} from '../testing.ts';
import { networkOf, phaseOf, runStage, setValues, stageOf } from '../testing.ts';
import { sftn } from './index.ts';
import { sftnTerms } from './losses.ts';
import { sftnOptions } from './options.ts';

type Matrix = number[][];
type Quantity =
  'L_T' | 'L_KL_mean' | 'L_CE_mean' | 'total_mean' | 'total_sum' | 'total_mean_with_tau_squared_on_KL';
type Losses = Record<Quantity, number> &
  Record<'KL_teacher_to_branch' | 'KL_branch_to_teacher' | 'CE_branch', number[]> &
  Record<'grad_teacher_logits_joint' | 'grad_teacher_logits_target_detached', Matrix> & {
    grad_branch_logits: Matrix[];
  };
type Weights = Record<string, number[] | Matrix>;
const numbers = fixture('sftn') as {
  case1_loss_terms: {
    inputs: {
      teacher_logits: Matrix;
      branch_logits: Matrix[];
      labels: number[];
      lambda: { T: number; KL: number; CE: number };
    };
    outputs: Record<'tau_1' | 'tau_4', Losses>;
  };
  case2_toy_network: {
    inputs: { x: Matrix; labels: number[]; params: Weights };
    outputs: Record<'L_T' | 'L_KL' | 'L_CE' | 'total' | 'total_after_step', number> &
      Record<
        | 'teacher_block1_out'
        | 'teacher_block2_out'
        | 'teacher_logits'
        | 'transform_out'
        | 'student_block2_out'
        | 'branch_logits',
        Matrix
      > & {
        grad_total: Weights;
        'params_after_one_sgd_step_lr_0.1': Weights;
        grad_l2_norm_by_component: Record<'L_T' | 'L_KL' | 'L_CE' | 'total', Record<string, number>>;
      };
  };
  case4_linear_cka: { inputs: { X: Matrix; Y: Matrix }; outputs: { cka_XY: number; cka_XX: number } };
};
const { inputs } = numbers.case1_loss_terms;
const labels = () => tf.tensor1d(inputs.labels, 'int32');
const options = (settings: object = {}) =>
  sftnOptions.parse({
    name: 'sftn',
    lambdaT: inputs.lambda.T,
    lambdaKL: inputs.lambda.KL,
    lambdaCE: inputs.lambda.CE,
    ...settings,
  });
const given = () => [inputs.teacher_logits, ...inputs.branch_logits].map((logits) => tf.tensor2d(logits));
const termsOf = ([teacher, ...branches]: tf.Tensor[], settings: object) =>
  sftnTerms(teacher as tf.Tensor2D, branches as tf.Tensor2D[], labels(), options(settings));
const value = (x: tf.Tensor): number => read(x)[0] ?? NaN;
const total = (settings: object) => value(weightedSum(termsOf(given(), settings)));
const valuesBy = (name: string, settings: object) =>
  termsOf(given(), settings)
    .filter((term) => term.name === name && term.role !== 'teacher')
    .map((term) => value(term.value));
const mean = (values: number[]) => values.reduce((a, b) => a + b) / values.length;

describe.each(['cpu', 'wasm'] as const)('the SFTN loss on %s', (backend) => {
  beforeAll(() => use(backend));

  it.each([1, 4] as const)('case 1: terms, totals and gradients at τ = %d', (tau) => {
    const expected = numbers.case1_loss_terms.outputs[`tau_${tau}`];
    const [own] = termsOf(given(), { tau }).filter(({ role }) => role === 'teacher');
    close(value(own?.value as tf.Tensor), expected.L_T);
    close(valuesBy('agreement', { tau }), expected.KL_teacher_to_branch);
    close(mean(valuesBy('agreement', { tau })), expected.L_KL_mean);
    close(valuesBy('crossEntropy', { tau }), expected.CE_branch);
    close(mean(valuesBy('crossEntropy', { tau })), expected.L_CE_mean);
    const [teacher, ...branches] = given() as [tf.Tensor2D, ...tf.Tensor2D[]];
    close(
      branches.map((branch) => value(divergence(teacher, branch, tau))),
      expected.KL_branch_to_teacher,
    );
    close(total({ tau }), expected.total_mean);
    close(total({ tau, branchReduction: 'sum' }), expected.total_sum);
    close(total({ tau, klTauSquared: true }), expected.total_mean_with_tau_squared_on_KL);
    const gradients = (settings: object) =>
      tf
        .grads((...all) => weightedSum(termsOf(all, settings)))(given())
        .map(read);
    const [joint, ...ofBranches] = gradients({ tau });
    close(joint, expected.grad_teacher_logits_joint, 2e-5);
    close(ofBranches, expected.grad_branch_logits, 2e-5);
    const [detached, ...same] = gradients({ tau, detachTeacherInKL: true });
    close(detached, expected.grad_teacher_logits_target_detached, 2e-5);
    close(same, ofBranches, 1e-7);
  });

  it('7: KL ≥ 0, and 0 where a branch’s logits are the teacher’s up to a constant per row', () => {
    const logits = fc.array(fc.double({ min: -20, max: 20, noNaN: true }), { minLength: 8, maxLength: 8 });
    const shifts = fc.tuple(
      fc.double({ min: -9, max: 9, noNaN: true }),
      fc.double({ min: -9, max: 9, noNaN: true }),
    );
    const agreement = (branch: tf.Tensor, tau: number) =>
      value(
        termsOf([given()[0] as tf.Tensor, branch], { tau }).find(({ name }) => name === 'agreement')
          ?.value as tf.Tensor,
      );
    fc.assert(
      fc.property(logits, shifts, fc.constantFrom(1, 4), (z, shift, tau) => {
        expect(agreement(tf.tensor2d(z, [2, 4]), tau)).toBeGreaterThanOrEqual(-1e-7);
        close(agreement(tf.add(given()[0] as tf.Tensor, tf.tensor2d(shift, [2, 1])), tau), 0, 1e-6);
      }),
      { numRuns: 30 },
    );
    close(agreement(given()[0] as tf.Tensor, 1), 0, 1e-7);
  });

  it('8: `sum` makes the branches’ weights N − 1 times those of `mean`, the teacher’s stays', () => {
    const weights = (branchReduction: string) =>
      termsOf(given(), { branchReduction }).map(
        ({ role, weight }) => [role === 'teacher' ? 2 : 1, weight] as const,
      );
    expect(weights('sum').map(([, weight]) => weight)).toEqual(
      weights('mean').map(([own, weight]) => (own === 2 ? weight : 2 * weight)),
    );
  });
});

/** The fixture's names beside ours. */
const NAMES: Record<string, readonly [network: string, layer: string]> = {
  T1: ['teacher', 'trunk/hidden/0.dense'],
  T2: ['teacher', 'main/hidden/0.dense'],
  TH: ['teacher', 'main/head/0.dense'],
  X1: ['transform1', 'main/transform/0.dense'],
  S2: ['branch1', 'trunk/hidden/0.dense'],
  SH: ['branch1', 'main/head/0.dense'],
};
const nameOf = (key: string): readonly [string, string] => {
  const [layer = '', weight] = key.split('.');
  const [network, path] = NAMES[layer] ?? ['', ''];
  return [network, `${path}/${weight === 'W' ? 'kernel' : 'bias'}`];
};

describe.each(['cpu', 'wasm'] as const)('the toy network of SFTN on %s', (backend) => {
  beforeAll(() => use(backend));
  const { inputs: toy, outputs } = numbers.case2_toy_network;
  const clock = clockOf('teacher');
  const batch = () => batchOf(tf.tensor2d(toy.x), toy.labels);
  const build = () => {
    const training = sftn(
      contextOf(sftnOptions.parse({ name: 'sftn' }), {
        models: {
          teacher: mlp({ name: 'mlp', trunk: [3], branch: [3] }, [2], 3),
          student: mlp({ name: 'mlp', trunk: [2], branch: [2] }, [2], 3),
        },
        input: [2],
        stages: { plainTeacher: 0, teacher: 1, distillation: 1 },
      }),
    );
    for (const [key, values] of Object.entries(toy.params)) {
      const [network, name] = nameOf(key);
      setValues(networkOf(training, network), { [name]: values });
    }
    return training;
  };

  it('case 2: every block', () => {
    const training = build();
    const [teacher, transform, branch] = ['teacher', 'transform1', 'branch1'].map((name) =>
      networkOf(training, name),
    );
    const seen = teacher?.taps('main', tf.tensor2d(toy.x), INFERENCE);
    const [h1, h2] = ['trunk/hidden', 'main/hidden'].map((name) => seen?.blocks.get(name) as tf.Tensor);
    close(
      [h1, h2].map((h) => read(h as tf.Tensor)),
      [outputs.teacher_block1_out, outputs.teacher_block2_out],
    );
    close(read(seen?.logits as tf.Tensor), outputs.teacher_logits);
    const u = transform?.branch('main', h1 as tf.Tensor, INFERENCE).logits as tf.Tensor;
    close(read(u), outputs.transform_out);
    const s2 = branch?.trunk(u, INFERENCE) as tf.Tensor;
    close(read(s2), outputs.student_block2_out);
    close(read(branch?.branch('main', s2, INFERENCE).logits as tf.Tensor), outputs.branch_logits);
  });

  it('case 2: losses, gradients of every component and 5: their routing, and 9: a step that lowers the loss', async () => {
    const training = build();
    const [stage, phase] = [stageOf(training, 'teacher'), phaseOf(training, 'teacher')];
    const { total: whole, terms } = lossOf(phase, batch(), clock);
    close(
      [terms['teacher/crossEntropy'], terms['branch1/agreement'], terms['branch1/crossEntropy']].map(
        (term) => term?.number,
      ),
      [outputs.L_T, outputs.L_KL, outputs.L_CE],
    );
    close(whole, outputs.total);
    const parts: Record<'L_T' | 'L_KL' | 'L_CE' | 'total', (term: LossTerm) => boolean> = {
      L_T: ({ role }) => role === 'teacher',
      L_KL: ({ name }) => name === 'agreement',
      L_CE: ({ role, name }) => role !== 'teacher' && name === 'crossEntropy',
      total: () => true,
    };
    for (const [part, pick] of Object.entries(parts) as [keyof typeof parts, (term: LossTerm) => boolean][]) {
      const found = gradientsOf(phase, batch(), clock, phase.parameters(clock), pick);
      const scale = part === 'L_KL' ? options().lambdaKL : 1;
      for (const [key, norm] of Object.entries(outputs.grad_l2_norm_by_component[part])) {
        const own = lengthOf(found[nameOf(key).join('/')] ?? []) / scale;
        close(own, norm, 2e-5);
        if (norm === 0) expect(own).toBe(0);
      }
      if (part === 'total')
        for (const [key, gradient] of Object.entries(outputs.grad_total))
          close(found[nameOf(key).join('/')], gradient, 2e-5);
    }
    await runStage(stage, [batch()], { learningRate: 0.1, momentum: 0 });
    for (const [key, values] of Object.entries(outputs['params_after_one_sgd_step_lr_0.1'])) {
      const [network, name] = nameOf(key);
      close([...networkOf(training, network).variable(name).dataSync()], values);
    }
    close(lossOf(phase, batch(), clock).total, outputs.total_after_step);
    expect(outputs.total_after_step).toBeLessThan(whole);
  });
});

describe('the likeness of teacher and student', () => {
  it('12: linear CKA of case 4; 1 of anything with itself; blind to rotation and scale', () => {
    const { X, Y } = numbers.case4_linear_cka.inputs;
    const of = (rows: Matrix) => representationOf(Float32Array.from(flat(rows)), rows.length);
    const { cka_XY, cka_XX } = numbers.case4_linear_cka.outputs;
    close([linearCka(of(X), of(Y)), linearCka(of(X), of(X))], [cka_XY, cka_XX], 1e-6);
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 6.28, noNaN: true }),
        fc.double({ min: 0.1, max: 9, noNaN: true }),
        (angle, scale) => {
          const [c, s] = [Math.cos(angle), Math.sin(angle)];
          const turned = X.map(([a = 0, b = 0, d = 0]) => [
            scale * (c * a - s * b),
            scale * (s * a + c * b),
            scale * d,
          ]);
          close(linearCka(of(turned), of(Y)), cka_XY, 1e-5);
        },
      ),
    );
    const other = Array.from({ length: 4 }, (_, row) => [...normals(`row ${row}`, 2)]);
    expect(linearCka(of(X), of(other))).toBeLessThan(0.999);
  });
});
