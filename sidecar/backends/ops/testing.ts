import { grads, tensor, type Rank, type ShapeMap, type Tensor } from '@tensorflow/tfjs-core';
import { expect } from 'vitest';
import { Stream } from '../../random/stream.ts';
import type { BackendName } from '../options.ts';
import { prepareBackend } from '../prepare.ts';

/** Makes a backend the active one. */
export async function use(name: BackendName): Promise<void> {
  await prepareBackend(name, { env: {} });
}

/** Standard normal numbers, the same for the same name. */
export function normals(name: string, count: number): Float32Array {
  const stream = Stream.of(7, name);
  return Float32Array.from({ length: count }, (_, i) => stream.normal(i));
}

/** A tensor of standard normal numbers. */
export function normalTensor<R extends Rank>(name: string, shape: ShapeMap[R]): Tensor<R> {
  const dimensions: readonly number[] = shape;
  return tensor<R>(
    normals(
      name,
      dimensions.reduce((a, b) => a * b, 1),
    ),
    shape,
  );
}

/** Numbers of a tensor, read back. */
export function numbers(x: Tensor): number[] {
  return [...x.dataSync()];
}

/** An operation under test: tensors in, the first output out. */
export type Operation = (...inputs: Tensor[]) => Tensor;

/** Value of an operation, then its gradients for a fixed gradient of the output. */
export function valueAndGradients(operation: Operation, inputs: readonly Tensor[]): number[][] {
  const value = operation(...inputs);
  const dy = normalTensor('dy', value.shape);
  return [value, ...grads(operation)([...inputs], dy)].map(numbers);
}

/** Fails unless two lists agree within `tolerance`, absolute for small numbers and relative for large ones. */
export function expectClose(actual: readonly number[], expected: readonly number[], tolerance: number): void {
  expect(actual.length).toBe(expected.length);
  const worst = actual.reduce((most, a, i) => {
    const e = expected[i] ?? NaN;
    return Math.max(most, Math.abs(a - e) / Math.max(1, Math.abs(e)));
  }, 0);
  expect(worst).toBeLessThanOrEqual(tolerance);
}

/** Fails unless each gradient, along a random direction, is the slope of Σ dy · value as central differences see it. */
export function expectGradientsToBeSlopes(
  operation: Operation,
  inputs: readonly Tensor[],
  tolerance: number,
  step = 1e-2,
): void {
  const [value, ...gradients] = valueAndGradients(operation, inputs) as [number[], ...number[][]];
  const dy = normals('dy', value.length);
  const dot = (a: readonly number[], b: ArrayLike<number>): number =>
    a.reduce((sum, v, i) => sum + v * (b[i] ?? NaN), 0);
  inputs.forEach((input, which) => {
    const direction = normals(`direction ${which}`, input.size);
    const at = (distance: number): number => {
      const moved = numbers(input).map((v, i) => v + distance * (direction[i] ?? NaN));
      const replaced = inputs.map((other, i) => (i === which ? tensor(moved, input.shape) : other));
      return dot(numbers(operation(...replaced)), dy);
    };
    const slope = (at(step) - at(-step)) / (2 * step);
    const derivative = dot(gradients[which] ?? [], direction);
    expect(Math.abs(derivative - slope) / Math.max(1, Math.abs(slope))).toBeLessThan(tolerance);
  });
}
