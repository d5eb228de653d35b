import type { Tensor4D, TensorInfo } from '@tensorflow/tfjs-core';
import type { GradientGeometry } from '../signatures.ts';
import { compute, sumOfParts, type WebgpuBackend } from './programs.ts';

/** Threads that keep a large GPU busy. */
const THREADS = 1 << 18;

/**
 * `filterGradient` of `ops`. A filter has few elements, and each is a sum over all pixels of the batch: rows of pixels
 * are dealt out to many threads, whose sums are added up afterwards.
 */
export function convolutionFilterGradient(
  { x, dy }: { readonly x: Tensor4D; readonly dy: Tensor4D },
  { stride, padding, shape }: GradientGeometry,
  backend: WebgpuBackend,
): TensorInfo {
  const [, kernelWidth, inputs, outputs] = shape;
  const [batch, outHeight, outWidth] = dy.shape;
  const [, height, width] = x.shape;
  const elements = shape.reduce((a, b) => a * b, 1);
  const rows = batch * outHeight;
  const parts = Math.max(1, Math.min(rows, Math.floor(THREADS / elements)));
  const partial = compute(backend, [parts, elements], {
    name: 'filter_gradient',
    inputs: { X: x, D: dy },
    integers: {
      ...{ kernelWidth, inputs, outputs, outHeight, outWidth, height, width },
      ...{ stride, padding, elements, rows, parts },
    },
    body: `
      let element = index % uniforms.elements;
      let output = element % uniforms.outputs;
      let input = element / uniforms.outputs % uniforms.inputs;
      let tap = element / (uniforms.outputs * uniforms.inputs);
      let down = tap / uniforms.kernelWidth - uniforms.padding;
      let right = tap % uniforms.kernelWidth - uniforms.padding;
      var sum = 0.0;
      for (var row = index / uniforms.elements; row < uniforms.rows; row = row + uniforms.parts) {
        let y = row % uniforms.outHeight * uniforms.stride + down;
        if (y < 0 || y >= uniforms.height) { continue; }
        let line = (row / uniforms.outHeight * uniforms.height + y) * uniforms.width;
        for (var column = 0; column < uniforms.outWidth; column = column + 1) {
          let x = column * uniforms.stride + right;
          if (x >= 0 && x < uniforms.width) {
            sum = sum + X[(line + x) * uniforms.inputs + input]
              * D[(row * uniforms.outWidth + column) * uniforms.outputs + output];
          }
        }
      }
      return sum;`,
  });
  return sumOfParts(backend, partial, shape, parts);
}

/** `inputGradient` of `ops`. */
export function convolutionInputGradient(
  { dy, kernel }: { readonly dy: Tensor4D; readonly kernel: Tensor4D },
  { stride, padding, shape }: GradientGeometry,
  backend: WebgpuBackend,
): TensorInfo {
  const [, height, width, inputs] = shape;
  const [kernelHeight, kernelWidth, , outputs] = kernel.shape;
  const [, outHeight, outWidth] = dy.shape;
  return compute(backend, shape, {
    name: 'input_gradient_of_convolution',
    inputs: { D: dy, K: kernel },
    integers: {
      ...{ height, width, inputs, kernelHeight, kernelWidth, outputs, outHeight, outWidth },
      ...{ stride, padding },
    },
    body: `
      let input = index % uniforms.inputs;
      let x = index / uniforms.inputs % uniforms.width + uniforms.padding;
      let row = index / (uniforms.inputs * uniforms.width);
      let y = row % uniforms.height + uniforms.padding;
      let image = row / uniforms.height;
      var sum = 0.0;
      for (var down = 0; down < uniforms.kernelHeight; down = down + 1) {
        let top = y - down;
        let outY = top / uniforms.stride;
        if (top < 0 || top % uniforms.stride != 0 || outY >= uniforms.outHeight) { continue; }
        for (var right = 0; right < uniforms.kernelWidth; right = right + 1) {
          let left = x - right;
          let outX = left / uniforms.stride;
          if (left < 0 || left % uniforms.stride != 0 || outX >= uniforms.outWidth) { continue; }
          let pixel = ((image * uniforms.outHeight + outY) * uniforms.outWidth + outX) * uniforms.outputs;
          let filters = ((down * uniforms.kernelWidth + right) * uniforms.inputs + input) * uniforms.outputs;
          for (var output = 0; output < uniforms.outputs; output = output + 1) {
            sum = sum + D[pixel + output] * K[filters + output];
          }
        }
      }
      return sum;`,
  });
}
