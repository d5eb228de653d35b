import { readFileSync } from 'node:fs';
import { tensor1d, tensor2d, variable, type Rank, type Tensor, type Tensor1D } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { batchNorm, batchNormInference } from './batchNorm.ts';
import { updateRunning } from './runningStatistics.ts';
import {
  expectClose,
  expectGradientsToBeSlopes,
  normalTensor,
  numbers,
  use,
  valueAndGradients,
  type Operation,
} from './testing.ts';

const fixture = (
  JSON.parse(readFileSync('test/fixtures/methods/dkel.json', 'utf8')) as {
    batchnorm: {
      batches: number[][];
      eps: number;
      trace: { out: number[]; running_mean: number; running_var: number }[];
      eval_input: number[];
      eval_out: number[];
    };
  }
).batchnorm;

const training =
  (relu: boolean): Operation =>
  (x, gamma, beta) =>
    batchNorm(x, gamma as Tensor1D, beta as Tensor1D, { epsilon: 1e-5, relu }).y;

const inference =
  (relu: boolean): Operation =>
  (x, gamma, beta) => {
    const channels = gamma.size;
    const mean = normalTensor<Rank.R1>('mean', [channels]);
    const variance = tensor1d(numbers(normalTensor('variance', [channels])).map((v) => v * v + 0.5));
    return batchNormInference(x, gamma as Tensor1D, beta as Tensor1D, mean, variance, {
      epsilon: 1e-5,
      relu,
    });
  };

/** Shapes whose channels fill whole blocks, vectors, neither, or several of each; with few and with many rows. */
const SHAPES = [
  [6, 5],
  [300, 3],
  [2, 5, 4, 16],
  [3, 4, 4, 23],
  [2, 3, 3, 36],
];

const makeInputs = (shape: number[]): Tensor[] => {
  const channels = shape.at(-1) ?? 0;
  return [
    normalTensor('x', shape as [number, number]),
    normalTensor('gamma', [channels]),
    normalTensor('beta', [channels]),
  ];
};

const modes = [true, false].flatMap((relu) => [
  { mode: 'training', relu, operation: training(relu) },
  { mode: 'inference', relu, operation: inference(relu) },
]);

describe.each(modes)('batch norm, $mode, relu $relu', ({ operation, relu }) => {
  it('gives the same value and gradients on wasm as on cpu', async () => {
    await use('cpu');
    const expected = SHAPES.map((shape) => valueAndGradients(operation, makeInputs(shape)));
    await use('wasm');
    SHAPES.forEach((shape, i) => {
      valueAndGradients(operation, makeInputs(shape)).forEach((list, j) => {
        expectClose(list, expected[i]?.[j] ?? [], 2e-5);
      });
    });
  });

  it.each(['wasm', 'cpu'] as const)('has gradients that are slopes on %s', async (backend) => {
    await use(backend);
    // Near a kink of the ReLU a difference is no slope: few numbers keep clear of it.
    for (const shape of relu ? SHAPES.slice(0, 1) : SHAPES)
      expectGradientsToBeSlopes(operation, makeInputs(shape), 2e-2, 1e-3);
  });
});

describe.each(['wasm', 'cpu'] as const)('batch norm on %s', (backend) => {
  it('traces the outputs and running statistics of the fixture', async () => {
    await use(backend);
    const running = { mean: variable(tensor1d([0])), variance: variable(tensor1d([1])) };
    const [gamma, beta] = [tensor1d([1]), tensor1d([0])];
    const options = { epsilon: fixture.eps, relu: false };
    fixture.batches.forEach((batch, i) => {
      const x = tensor2d(batch, [batch.length, 1]);
      const { y, mean, variance } = batchNorm(x, gamma, beta, options);
      updateRunning(running, { mean, variance }, batch.length);
      const expected = fixture.trace[i];
      expectClose(numbers(y), expected?.out ?? [], 1e-6);
      expectClose(numbers(running.mean), [expected?.running_mean ?? NaN], 1e-6);
      expectClose(numbers(running.variance), [expected?.running_var ?? NaN], 1e-6);
    });
    const x = tensor2d(fixture.eval_input, [fixture.eval_input.length, 1]);
    const { mean, variance } = running;
    const y = batchNormInference(
      x,
      gamma,
      beta,
      mean as Tensor as Tensor1D,
      variance as Tensor as Tensor1D,
      options,
    );
    expectClose(numbers(y), fixture.eval_out, 1e-6);
  });

  it('returns the biased variance, also of a batch far from zero', async () => {
    await use(backend);
    const values = [1000, 1001, 1002, 1005];
    const { mean, variance } = batchNorm(tensor2d(values, [4, 1]), tensor1d([1]), tensor1d([0]), {
      epsilon: 1e-5,
      relu: false,
    });
    expect(numbers(mean)).toEqual([1002]);
    expect(numbers(variance)).toEqual([3.5]);
  });

  it('lets a NaN through the ReLU, so that it can be found', async () => {
    await use(backend);
    const x = tensor2d([NaN, 1], [2, 1]);
    const { y } = batchNorm(x, tensor1d([1]), tensor1d([0]), { epsilon: 1e-5, relu: true });
    expect(numbers(y)).toEqual([NaN, NaN]);
  });

  it('refuses to take a variance of one value', async () => {
    await use(backend);
    const running = { mean: variable(tensor1d([0])), variance: variable(tensor1d([1])) };
    expect(() => {
      updateRunning(running, { mean: tensor1d([0]), variance: tensor1d([0]) }, 1);
    }).toThrow('at least 2 values per channel');
  });
});
