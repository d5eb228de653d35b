import {
  concat,
  conv2d as stockConv2d,
  pad,
  reshape,
  reverse,
  slice,
  transpose,
  zerosLike,
  type Tensor4D,
} from '@tensorflow/tfjs-core';
import type { GradientGeometry } from './conv2dGradients.ts';

/**
 * `filterGradient` as one forward convolution, for a backend that has no better:
 * dW[i, j, c, d] = Σ x[n, s·p + i, s·q + j, c] · dy[n, p, q, d] is the convolution of x with batch and channels
 * exchanged by dy as filter, dilated by the forward stride.
 */
export function filterGradientByConvolution(
  { x, dy }: { x: Tensor4D; dy: Tensor4D },
  { stride, padding, shape }: GradientGeometry,
): Tensor4D {
  const [height, width, inputs, outputs] = shape;
  const sides: [number, number] = [padding, padding];
  const images = transpose<Tensor4D>(pad(x, [[0, 0], sides, sides, [0, 0]]), [3, 1, 2, 0]);
  const filter = transpose<Tensor4D>(dy, [1, 2, 0, 3]);
  const full = stockConv2d(images, filter, 1, 'valid', 'NHWC', stride);
  return transpose(slice(full, [0, 0, 0, 0], [inputs, height, width, outputs]), [1, 2, 0, 3]);
}

/**
 * `inputGradient` as one forward convolution: dy with `stride − 1` zeros between its pixels, convolved with the filter
 * turned by 180° and its channels exchanged.
 */
export function inputGradientByConvolution(
  { dy, kernel }: { dy: Tensor4D; kernel: Tensor4D },
  { stride, padding, shape }: GradientGeometry,
): Tensor4D {
  const [kernelHeight, kernelWidth] = kernel.shape;
  const turned = transpose<Tensor4D>(reverse(kernel, [0, 1]), [0, 1, 3, 2]);
  const spread = dilated(dy, stride);
  // Rows that a stride left over at the end reached no window; the dilation put `stride − 1` zeros there already.
  const top = kernelHeight - 1 - padding;
  const left = kernelWidth - 1 - padding;
  const bottom = shape[1] - (spread.shape[1] + top - kernelHeight + 1);
  const right = shape[2] - (spread.shape[2] + left - kernelWidth + 1);
  const cropped = slice(
    spread,
    [0, 0, 0, 0],
    [dy.shape[0], spread.shape[1] + Math.min(bottom, 0), spread.shape[2] + Math.min(right, 0), dy.shape[3]],
  );
  return stockConv2d(cropped, turned, 1, [
    [0, 0],
    [top, Math.max(bottom, 0)],
    [left, Math.max(right, 0)],
    [0, 0],
  ]);
}

/** Puts `stride − 1` zero rows and columns after each row and column: [N, H, W, C] → [N, s·H, s·W, C]. */
function dilated(x: Tensor4D, stride: number): Tensor4D {
  if (stride === 1) return x;
  const [batch, height, width, channels] = x.shape;
  const columns = withZeros(x, stride);
  const rows = withZeros(reshape(columns, [batch, height, 1, stride * width * channels]), stride);
  return reshape(rows, [batch, stride * height, stride * width, channels]);
}

function withZeros(x: Tensor4D, times: number): Tensor4D {
  const zeros = zerosLike(x);
  return concat([x, ...Array.from({ length: times - 1 }, () => zeros)], 3);
}
