import {
  ones,
  tensor1d,
  tensor4d,
  type Rank,
  type Tensor,
  type Tensor1D,
  type Tensor4D,
} from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { conv2d } from './conv2d.ts';
import {
  expectClose,
  expectGradientsToBeSlopes,
  normalTensor,
  numbers,
  use,
  valueAndGradients,
} from './testing.ts';

interface Case {
  readonly size: number;
  readonly kernel: number;
  readonly stride: number;
  readonly padding: number;
  readonly inputs: number;
  readonly outputs: number;
}

const operation =
  ({ stride, padding }: Case) =>
  (x: Tensor, kernel: Tensor, bias: Tensor): Tensor =>
    conv2d(x as Tensor4D, kernel as Tensor4D, bias as Tensor1D, { stride, padding });

const makeInputs = ({ size, kernel, inputs, outputs }: Case): Tensor[] => [
  normalTensor('x', [3, size, size, inputs]),
  normalTensor('kernel', [kernel, kernel, inputs, outputs]),
  normalTensor('bias', [outputs]),
];

/** Every padding for odd and even images; channel counts that fill no, one, or several register tiles. */
function cases(kernel: number, stride: number): Case[] {
  const channels = [
    [3, 16],
    [4, 9],
    [6, 2],
    [16, 12],
  ] as const;
  return [7, 8].flatMap((size) =>
    Array.from({ length: kernel + 1 }, (_, padding) => {
      const [inputs, outputs] = channels[(size + padding) % channels.length] ?? channels[0];
      return { size, kernel, stride, padding, inputs, outputs };
    }),
  );
}

describe.each([1, 3, 5, 7].flatMap((kernel) => [1, 2, 3].map((stride) => ({ kernel, stride }))))(
  'conv2d, kernel $kernel, stride $stride',
  ({ kernel, stride }) => {
    it('gives the same value and gradients on wasm as on cpu', async () => {
      await use('cpu');
      const expected = cases(kernel, stride).map((it) => valueAndGradients(operation(it), makeInputs(it)));
      await use('wasm');
      cases(kernel, stride).forEach((it, i) => {
        const actual = valueAndGradients(operation(it), makeInputs(it));
        actual.forEach((list, j) => {
          expectClose(list, expected[i]?.[j] ?? [], 5e-5);
        });
      });
    });

    it.each(['wasm', 'cpu'] as const)('has gradients that are slopes on %s', async (backend) => {
      await use(backend);
      for (const it of cases(kernel, stride).filter(({ size }) => size === 8))
        expectGradientsToBeSlopes(operation(it), makeInputs(it), 2e-3);
    });
  },
);

describe('conv2d', () => {
  it('counts by hand: a 2×2 image under a 3×3 kernel of ones', async () => {
    await use('wasm');
    const x = tensor4d([1, 2, 3, 4], [1, 2, 2, 1]);
    const kernel = ones<Rank.R4>([3, 3, 1, 1]);
    expect(numbers(conv2d(x, kernel, null, { stride: 1, padding: 1 }))).toEqual([10, 10, 10, 10]);
    expect(numbers(conv2d(x, kernel, tensor1d([0.5]), { stride: 2, padding: 1 }))).toEqual([10.5]);
  });

  it('cuts large images into bands, takes small ones together, and saves products where it can', async () => {
    const shapes: Case[] = [
      { size: 33, kernel: 3, stride: 1, padding: 1, inputs: 16, outputs: 16 },
      { size: 32, kernel: 3, stride: 2, padding: 1, inputs: 16, outputs: 32 },
      { size: 8, kernel: 3, stride: 1, padding: 1, inputs: 16, outputs: 20 },
      { size: 2, kernel: 3, stride: 1, padding: 1, inputs: 64, outputs: 8 },
    ];
    for (const it of shapes) {
      await use('cpu');
      const expected = valueAndGradients(operation(it), makeInputs(it));
      await use('wasm');
      valueAndGradients(operation(it), makeInputs(it)).forEach((list, j) => {
        expectClose(list, expected[j] ?? [], 1e-4);
      });
    }
  });

  it('is the same, bit for bit, from run to run', async () => {
    await use('wasm');
    const it: Case = { size: 16, kernel: 3, stride: 2, padding: 1, inputs: 12, outputs: 20 };
    expect(valueAndGradients(operation(it), makeInputs(it))).toEqual(
      valueAndGradients(operation(it), makeInputs(it)),
    );
  });
});
