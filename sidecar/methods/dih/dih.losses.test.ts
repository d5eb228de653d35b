import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { numbers as read, use } from '../../backends/ops/testing.ts';
import { crossEntropy, distillation, weightedSum } from '../../losses/terms.ts';
import { mlp } from '../../models/mlp.spec.ts';
import { INFERENCE, Network } from '../../models/network.ts';
import { resnet } from '../../models/resnet.spec.ts';
import { parameterCount, traceNetwork } from '../../models/shapes.spec.ts';
import type { Backbone } from '../../models/spec.ts';
import { wideResnet } from '../../models/wideResnet.spec.ts';
import { learningRateFactor } from '../../schedules/learningRate.ts';
import { logitsOf } from '../parts/supervised.ts';
import { batchOf, clockOf, close, contextOf, fixture, networkOf, runStage, setValues } from '../testing.ts';
import { gradientsOf, sgd, stageOf, valuesOf } from '../testing.ts';
import { dih } from './index.ts';
import { cohortTerms } from './losses.ts';
import { attached, dihOptions, headSpec } from './options.ts';

type Matrix = number[][];
interface HeadStep {
  CE_head1: number;
  CE_head2: number;
  loss: number;
  grad_W1_no_wd: Matrix;
  grad_W2_no_wd: Matrix;
  params_after: Record<'W1' | 'b1' | 'W2' | 'b2', unknown>;
}
const numbers = fixture('dih') as {
  case1_head_forward: {
    inputs: { feature_map_NHWC: Matrix[][]; W: Matrix; b: number[] };
    outputs: Record<'flat_NHWC' | 'logits_NHWC_flatten' | 'logits_if_wrongly_flattened_NCHW', Matrix>;
  };
  case2_head_training: {
    inputs: Record<'features1' | 'features2' | 'W1' | 'W2', Matrix> &
      Record<'labels' | 'b1' | 'b2', number[]>;
    outputs: { steps: HeadStep[] };
  };
  case3_cohort_loss: {
    inputs: { student_logits: Matrix; cohort_logits: Matrix[]; labels: number[]; alpha: number; tau: number };
    outputs: Record<
      'CE' | 'total_sum' | 'total_mean' | 'total_ce_once' | 'plain_KD_final_teacher_only',
      number
    > &
      Record<
        'KL_per_member' | 'soft_cross_entropy_per_member' | 'teacher_entropy_per_member' | 'member_loss',
        number[]
      > &
      Record<'grad_student_logits_total_sum' | 'mean_soft_target', Matrix>;
  };
  case4_head_parameter_counts: { outputs: Record<string, number[]> };
  case5_lr_schedule: { outputs: Record<string, Record<string, number>> };
};
const { inputs: given, outputs: expected } = numbers.case3_cohort_loss;
const student = () => tf.tensor2d(given.student_logits);
const labels = () => tf.tensor1d(given.labels, 'int32');
const ROLES = ['teacher', 'head1', 'head2'];
const cohort = (logits = given.cohort_logits) =>
  logits.map((each, index) => ({ role: ROLES[index] ?? '', logits: tf.tensor2d(each) }));
const options = (settings: object = {}) =>
  dihOptions.parse({ name: 'dih', alpha: given.alpha, temperature: given.tau, ...settings });
type Cohort = ReturnType<typeof cohort>;
const loss = (members: Cohort, settings: object = {}, s = student(), y = labels()) =>
  weightedSum(cohortTerms(s, members, y, options(settings)));
const value = (x: tf.Tensor): number => read(x)[0] ?? NaN;
const gradient = (members: Cohort, settings: object = {}) =>
  read(tf.grad((s) => loss(members, settings, s as tf.Tensor2D))(student()));
/** Plain KD of the specification: α·τ²·KL + (1 − α)·CE. */
const plainKd = (target: tf.Tensor2D, s = student()) =>
  weightedSum([
    distillation('student', 'teacher', s, target, given.tau, given.alpha),
    crossEntropy('student', s, labels(), 1 - given.alpha),
  ]);

describe.each(['cpu', 'wasm'] as const)('the DIH loss on %s', (backend) => {
  beforeAll(() => use(backend));

  it('case 3: members, totals and gradient', () => {
    const terms = cohortTerms(student(), cohort(), labels(), options());
    const ce = terms.find(({ name }) => name === 'crossEntropy');
    close(value(ce?.value as tf.Tensor), expected.CE);
    close(ce?.weight, 3 * (1 - given.alpha), 1e-12);
    const kl = ROLES.map(
      (role) => value(terms.find(({ name }) => name === role)?.value as tf.Tensor) / given.tau ** 2,
    );
    close(kl, expected.KL_per_member);
    const members = cohort().map((member) => value(loss([member])));
    close(members, expected.member_loss);
    close(value(loss(cohort())), expected.total_sum);
    close(value(loss(cohort(), { cohortReduction: 'mean' })), expected.total_mean);
    close(value(plainKd(tf.tensor2d(given.cohort_logits[0] ?? []))), expected.plain_KD_final_teacher_only);
    // Labels once instead of once per member: what the method is not.
    close(
      given.alpha * given.tau ** 2 * kl.reduce((a, b) => a + b) +
        (1 - given.alpha) * value(ce?.value as tf.Tensor),
      expected.total_ce_once,
    );
    close(gradient(cohort()), expected.grad_student_logits_total_sum);
  });

  it('3: without heads, loss and gradient are those of plain KD', () => {
    const alone = cohort().slice(0, 1);
    const target = tf.tensor2d(given.cohort_logits[0] ?? []);
    close(value(loss(alone)), value(plainKd(target)), 1e-7);
    close(gradient(alone), read(tf.grad((s) => plainKd(target, s as tf.Tensor2D))(student())), 1e-7);
  });

  it('4: with equal members the total is (k + 1) times plain KD', () => {
    const [first = []] = given.cohort_logits;
    close(value(loss(cohort([first, first, first]))), 3 * value(plainKd(tf.tensor2d(first))), 1e-6);
  });

  it('5: the gradient is (k + 1) times that of KD against the mean softened probability', () => {
    const soft = tf.div<tf.Tensor2D>(
      tf.addN(given.cohort_logits.map((logits) => tf.softmax(tf.div(tf.tensor2d(logits), given.tau)))),
      3,
    );
    close(read(soft), expected.mean_soft_target);
    // Logits whose softmax at τ is that mean.
    const target = tf.mul<tf.Tensor2D>(tf.log(soft), given.tau);
    const single = read(tf.grad((s) => plainKd(target, s as tf.Tensor2D))(student()));
    close(
      gradient(cohort()),
      single.map((g) => 3 * g),
      2e-6,
    );
  });

  it('9: KL ≥ 0, 0 for logits equal up to a constant; the soft cross-entropy exceeds it by the member’s entropy', () => {
    const kl = (target: tf.Tensor2D) =>
      value(distillation('student', 'x', student(), target, given.tau, 1).value) / given.tau ** 2;
    given.cohort_logits.forEach((logits, j) => {
      const p = tf.softmax(tf.div(tf.tensor2d(logits), given.tau));
      const entropy = value(tf.neg(tf.mean(tf.sum(tf.mul(p, tf.log(p)), 1))));
      close(entropy, expected.teacher_entropy_per_member[j]);
      close(kl(tf.tensor2d(logits)) + entropy, expected.soft_cross_entropy_per_member[j]);
    });
    const rows = fc.array(fc.double({ min: -20, max: 20, noNaN: true }), { minLength: 8, maxLength: 8 });
    fc.assert(
      fc.property(rows, fc.double({ min: -9, max: 9, noNaN: true }), (logits, shift) => {
        expect(kl(tf.tensor2d(logits, [2, 4]))).toBeGreaterThanOrEqual(-1e-7);
        close(kl(tf.add(student(), shift)), 0, 1e-6);
      }),
      { numRuns: 30 },
    );
  });
});

describe('the DIH cohort', () => {
  beforeAll(() => use('cpu'));

  it('6: the order of members is no matter', () => {
    const [a, b, c] = cohort() as [Cohort[0], Cohort[0], Cohort[0]];
    for (const turned of [
      [b, c, a],
      [c, b, a],
    ]) {
      close(
        value(loss(turned, { alphas: { head1: 0.7 } })),
        value(loss([a, b, c], { alphas: { head1: 0.7 } })),
        1e-6,
      );
      close(gradient(turned), gradient([a, b, c]), 1e-6);
    }
  });

  it('7: an α of 0 removes a member with its share of the labels; α = 1 for all makes labels irrelevant', () => {
    const [a, , c] = cohort() as [Cohort[0], Cohort[0], Cohort[0]];
    close(value(loss(cohort(), { alphas: { head1: 0 } })), value(loss([a, c])), 1e-6);
    const other = tf.tensor1d([2, 1], 'int32');
    expect(value(loss(cohort(), { alpha: 1 }, student(), other))).toBe(value(loss(cohort(), { alpha: 1 })));
    expect(value(loss(cohort(), {}, student(), other))).not.toBeCloseTo(value(loss(cohort())), 2);
  });

  it('8: the sum is (k + 1) times the mean', () => {
    const weights = fc.dictionary(fc.constantFrom(...ROLES), fc.double({ min: 0, max: 1, noNaN: true }));
    fc.assert(
      fc.property(weights, (alphas) => {
        const of = (cohortReduction: string) => value(loss(cohort(), { alphas, cohortReduction }));
        close(of('sum'), 3 * of('mean'), 1e-5);
      }),
      { numRuns: 25 },
    );
  });

  it('12: the learning rate of the README’s milestones with the code’s factor (case 5)', () => {
    for (const [epoch, rate] of Object.entries(Object.values(numbers.case5_lr_schedule.outputs)[0] ?? {}))
      close(
        0.1 *
          learningRateFactor(
            { name: 'multiStep', milestones: [60, 120, 180], factor: 0.2, warmupEpochs: 0 },
            Number(epoch),
            200,
          ),
        rate,
        1e-12,
      );
  });
});

describe('DIH’s heads', () => {
  beforeAll(() => use('wasm'));

  it('case 1: flatten row by row, channels last, then a dense layer', () => {
    const { inputs, outputs } = numbers.case1_head_forward;
    const head = new Network('head1', headSpec([2, 2, 2], 3, 'flattenDense'), { seed: 1 });
    setValues(head, { 'main/head/0.dense/kernel': inputs.W, 'main/head/0.dense/bias': inputs.b });
    const map = tf.tensor4d(inputs.feature_map_NHWC);
    close(read(logitsOf(head, map, INFERENCE)), outputs.logits_NHWC_flatten);
    close(read(head.branch('main', map, INFERENCE).features), outputs.flat_NHWC);
    const channelsFirst = tf.reshape(tf.transpose(map, [0, 3, 1, 2]), [1, 2, 2, 2]);
    close(read(logitsOf(head, channelsFirst, INFERENCE)), outputs.logits_if_wrongly_flattened_NCHW);
  });

  it('case 2: two heads on given features, over two Nesterov steps', async () => {
    const { inputs, outputs } = numbers.case2_head_training;
    const teacher = mlp({ name: 'mlp', trunk: [2], branch: [3] }, [2], 3);
    const training = dih(
      contextOf(options(), {
        models: { teacher, student: teacher },
        input: [2],
        stages: { teacher: 1, heads: 1, student: 1 },
      }),
    );
    const heads = [1, 2].map((j) => networkOf(training, `head${j}`)) as [Network, Network];
    const [kernel, bias] = ['main/head/0.dense/kernel', 'main/head/0.dense/bias'];
    setValues(heads[0], { [kernel]: inputs.W1, [bias]: inputs.b1 });
    setValues(heads[1], { [kernel]: inputs.W2, [bias]: inputs.b2 });
    const stage = stageOf(training, 'heads');
    const [own] = stage.phases;
    if (!own) throw new Error('no phase');
    // What the teacher would give.
    const phase = { ...own, targets: () => [tf.tensor2d(inputs.features1), tf.tensor2d(inputs.features2)] };
    const batch = batchOf(tf.zeros([3, 2]), inputs.labels);
    const optimizer = sgd({ learningRate: 0.1, momentum: 0.9, nesterov: true, weightDecay: 5e-4 });
    const expectedGradients: Matrix[] = [];
    const found: number[][] = [];
    for (const step of outputs.steps) {
      expectedGradients.push([step.grad_W1_no_wd.flat(), step.grad_W2_no_wd.flat()]);
      const gradients = gradientsOf(
        phase,
        batch,
        clockOf('heads'),
        heads.flatMap((head) => head.parameters()),
      );
      found.push([gradients[`head1/${kernel}`], gradients[`head2/${kernel}`]].flatMap((g) => g ?? []));
      const [ran] = await runStage({ ...stage, phases: [phase] }, [batch], { optimizer });
      close(
        [ran?.terms['head1/crossEntropy'], ran?.terms['head2/crossEntropy'], ran?.total],
        [step.CE_head1, step.CE_head2, step.loss],
      );
      const after = step.params_after;
      close([valuesOf(heads[0])[kernel], valuesOf(heads[0])[bias]], [after.W1, after.b1]);
      close([valuesOf(heads[1])[kernel], valuesOf(heads[1])[bias]], [after.W2, after.b2]);
    }
    close(found, expectedGradients);
  });

  it('10: a head on (H, W, C) has H·W·C·classes + classes parameters (case 4)', () => {
    const counts = (teacher: Backbone, classes: number) =>
      attached({ attachPoints: null }, teacher, [32, 32, 3]).map(({ stage: { output } }) =>
        parameterCount(traceNetwork(headSpec(output, classes, 'flattenDense'))),
      );
    const backbones: Record<string, (classes: number) => Backbone> = {
      'cifar_resnet_6n+2 (16,32,64 channels) 100 classes': (n) => resnet({ name: 'resnet20' }, n),
      'resnet18/34 (64,128,256,512) 100 classes': (n) => resnet({ name: 'resnet34' }, n),
      'wrn-28-2 (32,64,128) 100 classes': (n) => wideResnet({ name: 'wrn_28_2' }, n),
      'cifar_resnet_6n+2 10 classes': (n) => resnet({ name: 'resnet110_basic' }, n),
    };
    expect(Object.keys(backbones)).toEqual(Object.keys(numbers.case4_head_parameter_counts.outputs));
    for (const [key, sizes] of Object.entries(numbers.case4_head_parameter_counts.outputs)) {
      const classes = Number(/(?<classes>\d+) classes/u.exec(key)?.groups?.['classes']);
      const teacher = backbones[key]?.(classes);
      expect(teacher && counts(teacher, classes)).toEqual(sizes);
    }
  });
});
