import { sum, type Tensor, type Tensor1D } from '@tensorflow/tfjs-core';
import * as wasm from '../wasm/sums.ts';
import * as webgpu from '../webgpu/batchNorm.ts';
import { declareKernel, type NoAttributes } from './kernel.ts';

const kernel = declareKernel<{ x: Tensor }, NoAttributes, Tensor1D>({
  name: 'TrainingColumnSums',
  wasm: wasm.columnSums,
  webgpu: webgpu.columnSums,
  composed: ({ x }) => sum<Tensor1D>(x, leadingAxes(x)),
});

/** Sum over all axes but the last, [..., C] → [C]: the gradient of a bias. Not differentiable. */
export function columnSums(x: Tensor): Tensor1D {
  return kernel({ x }, {});
}

/** All axes but the last. */
export function leadingAxes(x: Tensor): number[] {
  return x.shape.slice(0, -1).map((_, axis) => axis);
}
