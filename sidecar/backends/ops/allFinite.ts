import { add, cast, equal, mul, scalar, sum, type Scalar, type Tensor } from '@tensorflow/tfjs-core';
import { finite } from '../wasm/finite.ts';
import * as webgpu from '../webgpu/finite.ts';
import { declareKernel, type NoAttributes } from './kernel.ts';

const kernel = declareKernel<Record<string, Tensor>, NoAttributes, Scalar>({
  name: 'TrainingAllFinite',
  wasm: finite,
  webgpu: webgpu.finite,
  // x · 0 is 0 for finite x and NaN otherwise, and a sum keeps the NaN; not every backend has IsNaN or IsFinite.
  composed: (tensors) => {
    const traces = Object.values(tensors).map((x) => sum<Scalar>(mul(x, 0)));
    const total = traces.reduce((a, b) => add(a, b), scalar(0));
    return cast(equal(total, 0), 'float32');
  },
});

/**
 * 1 if every element of every tensor is finite, else 0; computed on the device, nothing is read back.
 * An empty list is finite. Not differentiable.
 */
export function allFinite(tensors: readonly Tensor[]): Scalar {
  return kernel(Object.fromEntries(tensors.map((tensor, i) => [String(i), tensor])), {});
}
