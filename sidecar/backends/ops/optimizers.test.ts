import { readFileSync } from 'node:fs';
import { memory, scalar, tensor1d, variable, type Tensor, type Variable } from '@tensorflow/tfjs-core';
import { beforeEach, describe, expect, it } from 'vitest';
import { adamStep, type AdamOptions, type AdamSlots } from './adam.ts';
import { allFinite } from './allFinite.ts';
import { emaStep } from './ema.ts';
import { sgdStep } from './sgd.ts';
import { expectClose, normalTensor, normals, numbers, use } from './testing.ts';

const fixture = JSON.parse(readFileSync('test/fixtures/methods/dkel.json', 'utf8')) as {
  sgd_nesterov: {
    p0: number[];
    lr: number;
    momentum: number;
    weight_decay: number;
    grads: number[][];
    p_after: number[][];
  };
  ema: {
    student_sequence: number[];
    teacher0: number;
    constant: number[];
    released: number[];
    mean_teacher: number[];
  };
};

const zeros = (count: number): Variable => variable(tensor1d(new Array<number>(count).fill(0)), false);

/** Adam and AdamW by their definition, in double precision, on one parameter. */
function adamByHand(start: number, gradients: readonly number[], options: AdamOptions): number[] {
  const { learningRate, beta1, beta2, epsilon, weightDecay, decoupled } = options;
  let [p, m, v] = [start, 0, 0];
  return gradients.map((gradient, i) => {
    const t = i + 1;
    const g = decoupled ? gradient : gradient + weightDecay * p;
    if (decoupled) p -= learningRate * weightDecay * p;
    m = beta1 * m + (1 - beta1) * g;
    v = beta2 * v + (1 - beta2) * g * g;
    p -= (learningRate * (m / (1 - beta1 ** t))) / (Math.sqrt(v / (1 - beta2 ** t)) + epsilon);
    return p;
  });
}

describe.each(['wasm', 'cpu'] as const)('optimiser steps on %s', (backend) => {
  beforeEach(async () => {
    await use(backend);
  });

  it('SGD with Nesterov momentum and L2 traces the fixture', () => {
    const { p0, lr, momentum, weight_decay, grads, p_after } = fixture.sgd_nesterov;
    const [parameter, velocity] = [variable(tensor1d(p0)), zeros(p0.length)];
    const options = { learningRate: lr, momentum, nesterov: true, weightDecay: weight_decay };
    grads.forEach((gradient, i) => {
      sgdStep([parameter], [tensor1d(gradient)], [velocity], options);
      expectClose(numbers(parameter), p_after[i] ?? [], 1e-6);
    });
  });

  it('SGD without momentum needs no velocities; heavy-ball momentum is the sum of past gradients', () => {
    const parameter = variable(tensor1d([1]));
    sgdStep([parameter], [tensor1d([0.5])], [], {
      learningRate: 0.1,
      momentum: 0,
      nesterov: false,
      weightDecay: 0.1,
    });
    expectClose(numbers(parameter), [1 - 0.1 * (0.5 + 0.1)], 1e-7);
    const [heavy, velocity] = [variable(tensor1d([0])), zeros(1)];
    const options = { learningRate: 1, momentum: 0.5, nesterov: false, weightDecay: 0 };
    for (const gradient of [1, 2]) sgdStep([heavy], [tensor1d([gradient])], [velocity], options);
    expect(numbers(velocity)).toEqual([2.5]);
    expect(numbers(heavy)).toEqual([-3.5]);
  });

  it.each([false, true])('Adam follows its definition, decoupled %s', (decoupled) => {
    const options: AdamOptions = {
      learningRate: 0.01,
      beta1: 0.9,
      beta2: 0.999,
      epsilon: 1e-8,
      weightDecay: 0.1,
      decoupled,
    };
    const gradients = [0.5, -0.25, 3, 1e-4, -2, 0.7];
    const parameter = variable(tensor1d([0.8]));
    const slots: AdamSlots = { first: [zeros(1)], second: [zeros(1)], count: variable(scalar(0)) };
    const trace = gradients.map((gradient) => {
      adamStep([parameter], [tensor1d([gradient])], slots, options);
      return numbers(parameter)[0] ?? NaN;
    });
    expectClose(trace, adamByHand(0.8, gradients, options), 2e-6);
    // The first step of Adam is the learning rate, whatever the gradient; AdamW shrinks before.
    expect(trace[0]).toBeCloseTo(decoupled ? 0.8 * (1 - 0.001) - 0.01 : 0.79, 6);
    expect(numbers(slots.count)).toEqual([gradients.length]);
  });

  it('a moving average traces the fixture, copies bit by bit at 0 and keeps at 1', () => {
    const { student_sequence, teacher0, constant, released, mean_teacher } = fixture.ema;
    const traceOf = (alpha: (t: number) => number): number[] => {
      const teacher = variable(tensor1d([teacher0]));
      return student_sequence.map((student, t) => {
        emaStep([teacher], [tensor1d([student])], alpha(t));
        return numbers(teacher)[0] ?? NaN;
      });
    };
    expectClose(
      traceOf(() => 0.999),
      constant,
      1e-6,
    );
    expectClose(
      traceOf((t) => Math.min(1 - 1 / (t + 1), 0.999)),
      released,
      1e-6,
    );
    expectClose(
      traceOf((t) => Math.min(1 - 1 / (t + 2), 0.999)),
      mean_teacher,
      1e-6,
    );
    const source = normalTensor('source', [19]);
    const target = variable(normalTensor('target', [19]));
    const before = numbers(target);
    emaStep([target], [source], 1);
    expect(numbers(target)).toEqual(before);
    emaStep([target], [source], 0);
    expect(numbers(target)).toEqual(numbers(source));
  });

  it('leave everything as it is, bit by bit, when the gate is closed', () => {
    const make = (): Variable => variable(normalTensor('start', [37]));
    const [parameter, velocity, first, second, average] = [make(), make(), make(), make(), make()];
    const count = variable(scalar(3));
    const all = [parameter, velocity, first, second, average, count];
    const before = all.map(numbers);
    const broken = tensor1d(normals('broken', 37).map((v, i) => (i % 3 === 0 ? NaN : v)));
    const closed = allFinite([broken]);
    const sgd = { learningRate: 0.1, momentum: 0.9, nesterov: true, weightDecay: 1e-4 };
    const adam = {
      learningRate: 0.1,
      beta1: 0.9,
      beta2: 0.999,
      epsilon: 1e-8,
      weightDecay: 0.1,
      decoupled: true,
    };
    sgdStep([parameter], [broken], [velocity], sgd, closed);
    sgdStep([parameter], [broken], [], { ...sgd, momentum: 0 }, closed);
    adamStep([parameter], [broken], { first: [first], second: [second], count }, adam, closed);
    emaStep([average], [broken], 0.5, closed);
    expect(all.map(numbers)).toEqual(before);
  });

  it('do the same with an open gate as without one', () => {
    const options = { learningRate: 0.1, momentum: 0.9, nesterov: true, weightDecay: 1e-4 };
    const gradient = normalTensor('gradient', [37]);
    const outcome = (gate: Parameters<typeof sgdStep>[4]): number[][] => {
      const [parameter, velocity] = [variable(normalTensor('start', [37])), zeros(37)];
      sgdStep([parameter], [gradient], [velocity], options, gate);
      return [numbers(parameter), numbers(velocity)];
    };
    expect(outcome(allFinite([gradient]))).toEqual(outcome(null));
  });

  it('find what is not finite wherever it is', () => {
    const flag = (tensors: Tensor[]): number => numbers(allFinite(tensors))[0] ?? NaN;
    const sound = normalTensor('sound', [35]);
    expect(flag([])).toBe(1);
    expect(flag([sound, tensor1d([3e38, -3e38, 0, -0])])).toBe(1);
    for (const bad of [NaN, Infinity, -Infinity]) {
      for (const place of [0, 16, 34]) {
        const values = normals('sound', 35);
        values[place] = bad;
        expect(flag([sound, tensor1d(values)])).toBe(0);
      }
    }
  });

  it('leak nothing and refuse groups that do not match', () => {
    const parameters = [3, 20].map((size) => variable(normalTensor(`p${size}`, [size])));
    const gradients = [3, 20].map((size) => normalTensor(`g${size}`, [size]));
    const [velocities, first, second] = [0, 1, 2].map(() => [zeros(3), zeros(20)]) as [
      Variable[],
      Variable[],
      Variable[],
    ];
    const slots = { first, second, count: variable(scalar(0)) };
    const gate = scalar(1);
    const sgd = { learningRate: 0.1, momentum: 0.9, nesterov: true, weightDecay: 1e-4 };
    const adam = {
      learningRate: 0.1,
      beta1: 0.9,
      beta2: 0.999,
      epsilon: 1e-8,
      weightDecay: 0,
      decoupled: false,
    };
    const { numTensors } = memory();
    for (let i = 0; i < 100; i++) {
      sgdStep(parameters, gradients, velocities, sgd, gate);
      adamStep(parameters, gradients, slots, adam, gate);
      emaStep(parameters, gradients, 0.9, gate);
      allFinite(gradients).dispose();
    }
    expect(memory().numTensors).toBe(numTensors);
    expect(() => {
      sgdStep(parameters, gradients.slice(1), velocities, sgd);
    }).toThrow(RangeError);
  });
});
