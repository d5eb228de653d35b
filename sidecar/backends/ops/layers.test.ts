import { tensor2d, tensor4d, type Tensor1D, type Tensor2D, type Tensor4D } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { addRelu, relu } from './activation.ts';
import { dense } from './dense.ts';
import { averagePool, concatFeatures, globalAveragePool, maxPool } from './pooling.ts';
import {
  expectClose,
  expectGradientsToBeSlopes,
  normalTensor,
  numbers,
  use,
  valueAndGradients,
  type Operation,
} from './testing.ts';

interface Layer {
  readonly name: string;
  readonly operation: Operation;
  readonly shapes: readonly (readonly number[])[];
}

const LAYERS: readonly Layer[] = [
  { name: 'relu', operation: (x) => relu(x), shapes: [[3, 37]] },
  { name: 'relu of fewer numbers than a block', operation: (x) => relu(x), shapes: [[5]] },
  {
    name: 'addRelu',
    operation: (a, b) => addRelu(a, b),
    shapes: [
      [2, 3, 3, 7],
      [2, 3, 3, 7],
    ],
  },
  { name: 'addRelu of a tensor with itself', operation: (a) => addRelu(a, a), shapes: [[4, 5]] },
  {
    name: 'dense',
    operation: (x, kernel, bias) => dense(x as Tensor2D, kernel as Tensor2D, bias as Tensor1D),
    shapes: [[5, 12], [12, 7], [7]],
  },
  {
    name: 'dense without bias',
    operation: (x, kernel) => dense(x as Tensor2D, kernel as Tensor2D, null),
    shapes: [
      [5, 12],
      [12, 7],
    ],
  },
  { name: 'globalAveragePool', operation: (x) => globalAveragePool(x as Tensor4D), shapes: [[3, 5, 4, 21]] },
  {
    name: 'maxPool',
    operation: (x) => maxPool(x as Tensor4D, { size: 2, stride: 2 }),
    shapes: [[2, 5, 4, 3]],
  },
  {
    name: 'averagePool',
    operation: (x) => averagePool(x as Tensor4D, { size: 2, stride: 2 }),
    shapes: [[2, 5, 4, 3]],
  },
  {
    name: 'concatFeatures',
    operation: (...features) => concatFeatures(features as Tensor2D[]),
    shapes: [
      [3, 4],
      [3, 1],
      [3, 6],
    ],
  },
];

describe.each(LAYERS)('$name', ({ operation, shapes }) => {
  const inputs = () => shapes.map((shape, i) => normalTensor(`input ${i}`, [...shape] as [number, number]));

  it('gives the same value and gradients on wasm as on cpu', async () => {
    await use('cpu');
    const expected = valueAndGradients(operation, inputs());
    await use('wasm');
    valueAndGradients(operation, inputs()).forEach((list, i) => {
      expectClose(list, expected[i] ?? [], 1e-5);
    });
  });

  it.each(['wasm', 'cpu'] as const)('has gradients that are slopes on %s', async (backend) => {
    await use(backend);
    expectGradientsToBeSlopes(operation, inputs(), 1e-2, 1e-3);
  });
});

describe.each(['wasm', 'cpu'] as const)('layers on %s', (backend) => {
  it('pool windows from the top left and drop what is left over', async () => {
    await use(backend);
    const x = tensor4d([1, 2, 9, 3, 4, 9, 9, 9, 9], [1, 3, 3, 1]);
    expect(numbers(maxPool(x, { size: 2, stride: 2 }))).toEqual([4]);
    expect(numbers(averagePool(x, { size: 2, stride: 2 }))).toEqual([2.5]);
    expect(numbers(globalAveragePool(tensor4d([1, 2, 3, 6], [1, 2, 2, 1])))).toEqual([3]);
  });

  it('give the gradient of a window to the first of equal values', async () => {
    await use(backend);
    const x = tensor4d([1, 1, 1, 0, 1, 1, 1, 1], [1, 2, 4, 1]);
    const [, gradient] = valueAndGradients((it) => maxPool(it as Tensor4D, { size: 2, stride: 2 }), [x]);
    const [first, second] = numbers(normalTensor('dy', [1, 1, 2, 1]));
    expect(gradient).toEqual([first, 0, second, 0, 0, 0, 0, 0]);
  });

  it('keep NaN through a ReLU and give zero at zero', async () => {
    await use(backend);
    expect(numbers(relu(tensor2d([NaN, -1, 0, 2, -Infinity], [1, 5])))).toEqual([NaN, 0, 0, 2, 0]);
    const [, gradient] = valueAndGradients((x) => relu(x), [tensor2d([0, 0, 0], [1, 3])]);
    expect(gradient).toEqual([0, 0, 0]);
  });
});
