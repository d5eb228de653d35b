import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { numbers as read, use } from '../../backends/ops/testing.ts';
import { INFERENCE } from '../../models/network.ts';
import type { Backbone } from '../../models/spec.ts';
import { StagedModel } from '../../models/stagedModel.ts';
import { Stream } from '../../random/stream.ts';
import { batchOf, clockOf, close, contextOf, fixture, gradientsOf, lengthOf } from '../testing.ts';
import { networkOf, phaseOf, runStage, setValues, stageOf, valuesOf } from '../testing.ts';
import { Hybrid } from './hybrid.ts';
import { iakd } from './index.ts';
import { iakdOptions } from './options.ts';
import { groupedUnits, pairsOf } from './pairs.spec.ts';
import { keepProbability } from './schedule.options.ts';

interface Outcome {
  gates: number[];
  block_outputs: number[][][];
  logits: number[][];
  loss: number;
  student_grad_l2_norm: Record<string, number>;
  'grad_S1.W'?: number[][];
  'student_params_after_one_sgd_step_lr_0.1'?: Record<string, number[] | number[][]>;
}
const numbers = fixture('iakd') as {
  case1_schedules: { outputs: Record<'uniform' | 'linear_growth' | 'review', Record<string, number>> };
  case2_gates: {
    inputs: { uniform_draws_per_iteration: number[][]; p: number[] };
    outputs: Record<string, number[][]>;
    expected: Record<string, number>;
  };
  case3_hybrid_network: {
    inputs: {
      x: number[][];
      labels: number[];
      student_params: Record<string, number[] | number[][]>;
      teacher_block_params: Record<string, number[] | number[][]>;
    };
    outputs: Outcome[];
  };
  case4_block_grouping: { outputs: Record<string, number[][]> };
};

const unit = (index: number) => ({
  name: `stage1.${index}`,
  layers: [
    {
      kind: 'sum',
      body: [{ kind: 'dense', units: 2 }, { kind: 'relu' }],
      shortcut: [],
    },
  ],
});
/** The fixture's: h₀ = relu(xW), three times h + relu(hW + b), a dense layer. */
const toy = {
  family: 'toy',
  trunk: [
    { name: 'stem', layers: [{ kind: 'dense', units: 2, bias: false }, { kind: 'relu' }] },
    ...[1, 2, 3].map(unit),
  ],
  tail: [],
  head: { name: 'head', layers: [{ kind: 'dense', units: 3 }] },
} as Backbone;
const nameOf = (key: string): string => {
  const [layer = '', weight] = key.split('.');
  const tensor = weight === 'W' ? 'kernel' : 'bias';
  if (layer === 'stem') return `trunk/stem/0.dense/${tensor}`;
  if (layer === 'head') return `main/head/0.dense/${tensor}`;
  return `trunk/stage1.${layer.slice(1)}/0.sum/body/0.dense/${tensor}`;
};
const renamed = (values: Record<string, unknown>) =>
  Object.fromEntries(Object.entries(values).map(([key, value]) => [nameOf(key), value]));

/** Gives the same numbers at every step. */
const drawing = (draws: readonly number[]): Stream => {
  const stream = Stream.of(1, 'gates');
  stream.at = () => stream;
  stream.uniform = (index) => draws[index] ?? NaN;
  return stream;
};
const build = (draws: readonly number[], p0 = 0.5, settings: Record<string, unknown> = {}) => {
  const training = iakd(
    contextOf(iakdOptions.parse({ name: 'iakd', schedule: 'uniform', p0, ...settings }), {
      models: { teacher: toy, student: toy },
      input: [2],
      stages: { teacher: 1, interactive: 1 },
      rng: () => drawing(draws),
    }),
  );
  const { student_params, teacher_block_params } = numbers.case3_hybrid_network.inputs;
  const [teacher, student] = [networkOf(training, 'teacher'), networkOf(training, 'student')];
  setValues(student, renamed(student_params));
  setValues(teacher, renamed(teacher_block_params));
  return { training, teacher, student };
};
const toyBatch = () => {
  const { x, labels } = numbers.case3_hybrid_network.inputs;
  return batchOf(tf.tensor2d(x), labels);
};
const clock = clockOf('interactive');

describe.each(['cpu', 'wasm'] as const)('IAKD’s hybrid network on %s', (backend) => {
  beforeAll(() => use(backend));

  it.each(numbers.case3_hybrid_network.outputs.map((outcome) => [outcome.gates.join(' '), outcome] as const))(
    'case 3, and 12: blocks, logits, loss, gradients and a step under gates %s',
    async (_title, expected) => {
      const { training, student } = build(expected.gates.map((gate) => (gate === 1 ? 0 : 0.99)));
      const [stage, phase] = [stageOf(training, 'interactive'), phaseOf(training, 'interactive')];
      expect(gatesIn(stage.measures?.(clock))).toEqual(expected.gates);
      const gradients = gradientsOf(phase, toyBatch(), clock, student.parameters());
      for (const [key, norm] of Object.entries(expected.student_grad_l2_norm))
        close(lengthOf(gradients[`student/${nameOf(key)}`] ?? []), norm);
      if (expected['grad_S1.W']) close(gradients[`student/${nameOf('S1.W')}`], expected['grad_S1.W']);
      const [step] = await runStage(stage, [toyBatch()], { learningRate: 0.1, momentum: 0 });
      close(step?.total, expected.loss);
      close(step?.outputs['hybrid'], expected.logits);
      const after = expected['student_params_after_one_sgd_step_lr_0.1'];
      for (const [name, values] of Object.entries(renamed(after ?? {})))
        close(valuesOf(student)[name], values);
    },
  );

  it('case 3: outputs of every block', () => {
    const { student_params, teacher_block_params, x } = numbers.case3_hybrid_network.inputs;
    const [teacher, student] = ['teacher', 'student'].map(
      (name) => new StagedModel(name, toy, [2], { seed: 1 }),
    ) as [StagedModel, StagedModel];
    setValues(student.network, renamed(student_params));
    setValues(teacher.network, renamed(teacher_block_params));
    const pairs = pairsOf(teacher.staged, student.staged, 'block');
    for (const { gates, block_outputs, logits } of numbers.case3_hybrid_network.outputs) {
      let h = student.stem(tf.tensor2d(x), INFERENCE);
      close(read(h), block_outputs[0]);
      pairs.forEach((pair, index) => {
        h =
          gates[index] === 1
            ? student.run(pair.student, h, INFERENCE)
            : teacher.run(pair.teacher, h, INFERENCE);
        close(read(h), block_outputs[index + 1]);
      });
      const hybrid = new Hybrid(teacher, student, pairs, 1);
      const open = gates.map((gate) => gate === 1);
      close(read(hybrid.logits(tf.tensor2d(x), open, INFERENCE, INFERENCE)), logits);
    }
  });

  it('2: with teacher blocks copied from the student, the loss does not depend on the gates', async () => {
    const losses = [];
    for (const { gates } of numbers.case3_hybrid_network.outputs) {
      const { training, teacher, student } = build(gates);
      teacher.copyFrom(student);
      const [step] = await runStage(stageOf(training, 'interactive'), [toyBatch()]);
      losses.push(step?.total);
    }
    expect(new Set(losses).size).toBe(1);
  });
});

/** The gates of the specification: 1 where the student's block ran. */
const gatesIn = (measures: Readonly<Record<string, number>> = {}): number[] =>
  Object.values(measures).map((swapped) => 1 - swapped);

describe('IAKD’s gates and schedules', () => {
  const LONG = { pStart: 0.5, pEnd: 1, p0: 0.5 };
  it('7: schedules at every epoch of case 1', () => {
    const { uniform, linear_growth: linear, review } = numbers.case1_schedules.outputs;
    for (const [schedule, expected] of Object.entries({ uniform, linear, review }) as [
      'uniform' | 'linear' | 'review',
      Record<string, number>,
    ][])
      for (const [epoch, p] of Object.entries(expected))
        close(keepProbability({ schedule, ...LONG }, Number(epoch), 200, [100, 150]), p, 1e-6);
  });

  it('7: review starts anew at each boundary and ends each phase at p_end, linear the stage; a phase of one epoch is p_end', () => {
    const boundaries = fc.uniqueArray(fc.integer({ min: 1, max: 40 }), { maxLength: 4 });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 30 }), boundaries, (epochs, given) => {
        const p = (schedule: 'linear' | 'review', epoch: number) =>
          keepProbability({ schedule, p0: 0.3, pStart: 0.4, pEnd: 0.9 }, epoch, epochs, given);
        const starts = [0, ...given.filter((b) => b < epochs).sort((a, b) => a - b)];
        starts.forEach((start, index) => {
          const end = (starts[index + 1] ?? epochs) - 1;
          expect(p('review', end)).toBeCloseTo(0.9, 12);
          if (end > start) expect(p('review', start)).toBe(0.4);
        });
        expect(p('linear', epochs - 1)).toBeCloseTo(0.9, 12);
        if (epochs > 1) expect(p('linear', 0)).toBe(0.4);
      }),
    );
  });

  it('7: the boundaries are the milestones of the learning rate unless told', () => {
    const schedule = { name: 'multiStep' as const, milestones: [1.5, 4], factor: 0.1, warmupEpochs: 0 };
    const keep = (settings: object) => {
      const training = iakd(
        contextOf(iakdOptions.parse({ name: 'iakd', ...settings }), {
          models: { teacher: toy, student: toy },
          input: [2],
          stages: { teacher: 1, interactive: 6 },
          schedule,
        }),
      );
      return [0, 1, 2, 3, 4, 5].map(
        (epoch) =>
          stageOf(training, 'interactive').schedules(clockOf('interactive', epoch, epoch))['keepProbability'],
      );
    };
    expect(keep({})).toEqual([0.5, 1, 0.5, 1, 0.5, 1]);
    expect(keep({ phaseBoundaries: [3] })).toEqual([0.5, 0.75, 1, 0.5, 0.75, 1]);
  });

  it('6: the gates of case 2: 1 exactly where u < p; equal seeds draw equal gates', () => {
    const { uniform_draws_per_iteration: draws, p } = numbers.case2_gates.inputs;
    for (const p0 of p)
      expect(
        draws.map((each) => gatesIn(stageOf(build(each, p0).training, 'interactive').measures?.(clock))),
      ).toEqual(numbers.case2_gates.outputs[`p=${p0}`]);
    expect(trace(3)).toEqual(trace(3));
    expect(trace(3)).not.toEqual(trace(4));
  });

  it('8: the mean of 10,000 gates is within four standard errors of p, and combinations are as likely as they should be', () => {
    for (const [p, gates] of [0.5, 0.6].map((each) => [each, trace(7, each, 3334)] as const)) {
      const all = gates.flat();
      const mean = all.reduce((a, b) => a + b) / all.length;
      expect(Math.abs(mean - p)).toBeLessThan(4 * Math.sqrt((p * (1 - p)) / all.length));
      const share = (sum: number) =>
        gates.filter((each) => each.reduce((a, b) => a + b) === sum).length / gates.length;
      const near = (found: number, expected: number) => {
        expect(Math.abs(found - expected)).toBeLessThan(
          4 * Math.sqrt((expected * (1 - expected)) / gates.length),
        );
      };
      const { expected } = numbers.case2_gates;
      if (p === 0.5) near(share(3), expected['P(all student), n=3, p=0.5'] ?? NaN);
      if (p === 0.5) near(share(0), expected['P(all teacher), n=3, p=0.5'] ?? NaN);
      if (p === 0.6)
        close(mean * 3, expected['expected student blocks, n=3, p=0.6'], (12 * 0.5) / Math.sqrt(all.length));
    }
  });

  it('9: groups hold each teacher block once, in order (case 4); fewer teacher than student blocks are refused', () => {
    for (const [key, expected] of Object.entries(numbers.case4_block_grouping.outputs)) {
      const [t = 0, s = 0] = [...key.matchAll(/\d+/gu)].map(([digits]) => Number(digits));
      expect(groupedUnits(t, s)).toEqual(expected);
    }
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 0, max: 20 }), (s, more) => {
        const groups = groupedUnits(s + more, s);
        expect(groups).toHaveLength(s);
        expect(groups.flat()).toEqual(Array.from({ length: s + more }, (_, index) => index));
        expect(Math.min(...groups.map((group) => group.length))).toBeGreaterThan(0);
        if (more > 0) expect(() => groupedUnits(s, s + more)).toThrow(/at least as many/u);
      }),
    );
  });
});

/** Gates of the first steps. */
function trace(seed: number, p0 = 0.5, steps = 50): number[][] {
  const training = iakd(
    contextOf(iakdOptions.parse({ name: 'iakd', schedule: 'uniform', p0 }), {
      models: { teacher: toy, student: toy },
      input: [2],
      stages: { teacher: 1, interactive: 1 },
      seed,
    }),
  );
  const stage = stageOf(training, 'interactive');
  return Array.from({ length: steps }, (_, step) => gatesIn(stage.measures?.(clockOf('interactive', step))));
}
