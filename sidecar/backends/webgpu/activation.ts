import type { Tensor, TensorInfo } from '@tensorflow/tfjs-core';
import { compute, type WebgpuBackend } from './programs.ts';

/**
 * WGSL of max(y, 0) that lets a NaN through, so that it can be found. It is told by its bits: compilers may take it that
 * there is none.
 */
export const RELU = 'select(max(y, 0.0), y, (bitcast<u32>(y) & 0x7fffffffu) > 0x7f800000u)';

/** `relu` of `ops`. */
export const relu = ({ x }: { readonly x: Tensor }, _: object, backend: WebgpuBackend): TensorInfo =>
  compute(backend, x.shape, {
    name: 'relu',
    inputs: { X: x },
    body: `
      let y = X[index];
      return ${RELU};`,
  });

/** `addRelu` of `ops`. */
export const addRelu = (
  { a, b }: { readonly a: Tensor; readonly b: Tensor },
  _: object,
  backend: WebgpuBackend,
): TensorInfo =>
  compute(backend, a.shape, {
    name: 'add_relu',
    inputs: { A: a, B: b },
    body: `
      let y = A[index] + B[index];
      return ${RELU};`,
  });

/** `reluGradient` of `ops`. */
export const reluGradient = (
  { y, dy }: { readonly y: Tensor; readonly dy: Tensor },
  _: object,
  backend: WebgpuBackend,
): TensorInfo =>
  compute(backend, y.shape, {
    name: 'relu_gradient',
    inputs: { Y: y, D: dy },
    body: 'return select(0.0, D[index], Y[index] > 0.0);',
  });
