/**
 * The training operations that were written for another backend, with their gradients, against their definitions on `cpu`.
 *
 * DISTILLERY_PROOF_BACKEND=webgpu npm run proof:kernels
 */
import {
  add,
  grads,
  mul,
  scalar,
  setBackend,
  square,
  tensor,
  tidy,
  variable,
  type Scalar,
  type Tensor,
  type Tensor1D,
  type Tensor4D,
} from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  addRelu,
  allFinite,
  batchNorm,
  batchNormInference,
  conv2d,
  relu,
  emaStep,
  sgdStep,
} from '../../sidecar/backends/ops/index.ts';
import { columnSums } from '../../sidecar/backends/ops/columnSums.ts';
import { normals } from '../../sidecar/backends/ops/testing.ts';
import { prepareBackend } from '../../sidecar/backends/prepare.ts';
import { provenBackend, requiredBackend } from '../support/provenBackend.ts';

/** One column and many, fewer rows than threads and more. */
const SHAPES: readonly (readonly number[])[] = [
  [3, 1],
  [5, 7],
  [2, 3, 5, 4],
  [16, 8, 8, 16],
  [4, 5, 5, 33],
  [16, 16, 16, 32],
];

/** Numbers of every tensor that a function makes on a backend. */
async function on(name: string, make: () => readonly Tensor[]): Promise<number[][]> {
  await setBackend(name);
  const made = tidy(() => [...make()]);
  return Promise.all(made.map(async (each) => [...(await each.data())]));
}

async function expectAlike(make: () => readonly Tensor[], tolerance: number): Promise<void> {
  const [expected, actual] = [await on('cpu', make), await on(requiredBackend(), make)];
  expect(actual.length).toBe(expected.length);
  expected.forEach((values, index) => {
    const found = actual[index] ?? [];
    expect(found.length).toBe(values.length);
    const [scale, worst] = values.reduce<[number, number]>(
      ([most, far], value, i) => [
        Math.max(most, Math.abs(value)),
        Math.max(far, Math.abs(value - (found[i] ?? NaN))),
      ],
      [1e-3, 0],
    );
    expect(worst / scale).toBeLessThan(tolerance);
  });
}

const normal = (name: string, shape: readonly number[]): Tensor =>
  tensor(
    normals(
      name,
      shape.reduce((a, b) => a * b, 1),
    ),
    [...shape],
  );

describe.skipIf(provenBackend === undefined)(`on ${provenBackend ?? 'no backend'}`, () => {
  beforeAll(async () => {
    await prepareBackend(requiredBackend(), { env: {} });
    await prepareBackend('cpu', { env: {} });
  });

  it.each([
    { size: 8, kernel: 3, stride: 1, padding: 1, inputs: 16, outputs: 16 },
    { size: 9, kernel: 3, stride: 2, padding: 1, inputs: 3, outputs: 8 },
    { size: 8, kernel: 1, stride: 2, padding: 0, inputs: 5, outputs: 7 },
    { size: 7, kernel: 5, stride: 3, padding: 2, inputs: 2, outputs: 1 },
    { size: 6, kernel: 3, stride: 1, padding: 0, inputs: 1, outputs: 4 },
  ])('convolution $kernel, stride $stride, padding $padding', async (each) => {
    const { size, kernel, stride, padding, inputs, outputs } = each;
    const run = (x: Tensor, filters: Tensor): Tensor =>
      conv2d(x as Tensor4D, filters as Tensor4D, null, { stride, padding });
    await expectAlike(() => {
      const x = normal('x', [3, size, size + 1, inputs]);
      const filters = normal('filters', [kernel, kernel, inputs, outputs]);
      const y = run(x, filters);
      return [y, ...grads(run)([x, filters], normal('dy', y.shape))];
    }, 1e-5);
  });

  describe.each(SHAPES.map((shape) => ({ shape })))('of shape $shape', ({ shape }) => {
    const columns = [shape.at(-1) ?? 1];
    const scale = (): Tensor1D => normal('gamma', columns) as Tensor1D;
    const shift = (): Tensor1D => normal('beta', columns) as Tensor1D;

    it.each([true, false])('batch norm, ReLU %s', async (relu) => {
      const options = { epsilon: 1e-5, relu };
      await expectAlike(() => {
        const [x, dy] = [add(normal('x', shape), 3), normal('dy', shape)];
        const { y, mean, variance } = batchNorm(x, scale(), shift(), options);
        const gradients = grads(
          (a: Tensor, g: Tensor, b: Tensor) => batchNorm(a, g as Tensor1D, b as Tensor1D, options).y,
        )([x, scale(), shift()], dy);
        return [y, mean, variance, ...gradients];
      }, 1e-4);
      await expectAlike(() => {
        const [x, dy, mean] = [normal('x', shape), normal('dy', shape), normal('mean', columns) as Tensor1D];
        const variance = add<Tensor1D>(square(mean), 0.1);
        const norm = (a: Tensor, g: Tensor, b: Tensor): Tensor =>
          batchNormInference(a, g as Tensor1D, b as Tensor1D, mean, variance, options);
        return [norm(x, scale(), shift()), ...grads(norm)([x, scale(), shift()], dy)];
      }, 1e-4);
    });

    it('a sum with ReLU', () =>
      expectAlike(() => {
        const inputs: [Tensor, Tensor] = [normal('a', shape), normal('b', shape)];
        return [relu(normal('a', shape)), addRelu(...inputs), ...grads(addRelu)(inputs, normal('dy', shape))];
      }, 1e-6));

    it('a NaN passes ReLU', async () => {
      const spoilt = mul(normal('x', shape), NaN);
      const passed = await on(requiredBackend(), () => [
        relu(spoilt),
        addRelu(spoilt, spoilt),
        batchNorm(spoilt, scale(), shift(), { epsilon: 1e-5, relu: true }).y,
      ]);
      expect(passed.map((values) => values.every(Number.isNaN))).toEqual([true, true, true]);
    });

    it('sums of columns', () => expectAlike(() => [columnSums(normal('x', shape))], 1e-5));

    it.each([null, 0, 1])('updates, gate %s', async (open) => {
      const gate = (): Scalar | null => (open === null ? null : scalar(open));
      for (const [momentum, nesterov] of [
        [0, false],
        [0.9, false],
        [0.9, true],
      ] as const)
        await expectAlike(() => {
          const [p, v] = [variable(normal('p', shape)), variable(normal('v', shape))];
          const options = { learningRate: 0.1, momentum, nesterov, weightDecay: 0.01 };
          sgdStep([p], [normal('g', shape)], [v], options, gate());
          return [p, v];
        }, 1e-6);
      for (const alpha of [0, 0.9, 1])
        await expectAlike(() => {
          const target = variable(normal('t', shape));
          emaStep([target], [normal('s', shape)], alpha, gate());
          return [target];
        }, 1e-6);
    });

    it('what is not finite', async () => {
      const count = shape.reduce((a, b) => a * b, 1);
      for (const wrong of [NaN, Infinity, -Infinity])
        await expectAlike(() => {
          const values = normals('x', count);
          values[count - 1] = wrong;
          const [good, bad] = [normal('y', shape), tensor(values, [...shape])];
          return [[good], [good, good], [bad], [good, bad], [bad, good]].map(allFinite);
        }, 1e-6);
    });
  });
});
