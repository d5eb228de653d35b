import {
  concat,
  depthwiseConv2d as stockDepthwise,
  mul,
  pad,
  reshape,
  reverse,
  slice,
  stridedSlice,
  type Tensor,
  type Tensor1D,
  type Tensor3D,
  type Tensor4D,
} from '@tensorflow/tfjs-core';
import { columnSums } from './columnSums.ts';
import type { Conv2dOptions } from './conv2d.ts';
import { declareKernel } from './kernel.ts';
import { zeroPad } from './pooling.ts';

const kernelOfDepthwise = declareKernel<
  { x: Tensor4D; kernel: Tensor4D },
  { stride: number; padding: number },
  Tensor4D
>({
  name: 'TrainingDepthwiseConv2D',
  composed: ({ x, kernel }, { stride, padding }) =>
    stockDepthwise(zeroPad(x, padding), kernel, stride, 'valid'),
  differentiation: {
    saveInputs: ['x', 'kernel'],
    gradients: (dy, saved, options) => {
      const [x, kernel] = saved as [Tensor4D, Tensor4D];
      return {
        x: () => inputGradient(dy as Tensor4D, kernel, x, options),
        kernel: () => filterGradient(dy as Tensor4D, kernel, x, options),
      };
    },
  },
});

/**
 * A convolution of every channel with a filter of its own, zeros around the image.
 *
 * Its gradients are composed: some backends have none.
 *
 * @param x [N, H, W, C]
 * @param kernel [kh, kw, C, 1]
 * @returns [N, Ho, Wo, C] with Ho = floor((H + 2·padding − kh) / stride) + 1
 */
export function depthwiseConv2d(x: Tensor4D, kernel: Tensor4D, { stride, padding }: Conv2dOptions): Tensor4D {
  return kernelOfDepthwise({ x, kernel }, { stride, padding });
}

/** The mirrored filters over dy with zeros between its pixels, cut to where the images lie. */
function inputGradient(
  dy: Tensor4D,
  kernel: Tensor4D,
  x: Tensor4D,
  { stride, padding }: Conv2dOptions,
): Tensor4D {
  const [rows, columns] = kernel.shape;
  const [batch, height, width, channels] = x.shape;
  const spread = withZerosBetween(dy, stride);
  // What no window reached on the far sides has no gradient.
  const missing = (extent: number, window: number, of: number): number =>
    Math.max(0, extent + 2 * padding - (of + window - 1));
  const around = pad(spread, [
    [0, 0],
    [rows - 1, rows - 1 + missing(height, rows, spread.shape[1])],
    [columns - 1, columns - 1 + missing(width, columns, spread.shape[2])],
    [0, 0],
  ]);
  const full = stockDepthwise(around, reverse(kernel, [0, 1]), 1, 'valid');
  return slice(full, [0, padding, padding, 0], [batch, height, width, channels]);
}

/** Σ over samples and places of dy times the pixel that each tap of the filter saw. */
function filterGradient(
  dy: Tensor4D,
  kernel: Tensor4D,
  x: Tensor4D,
  { stride, padding }: Conv2dOptions,
): Tensor4D {
  const [rows, columns] = kernel.shape;
  const [batch, height, width, channels] = dy.shape;
  const padded = zeroPad(x, padding);
  const taps: Tensor1D[] = [];
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) {
      const seen = stridedSlice(
        padded,
        [0, row, column, 0],
        [batch, row + (height - 1) * stride + 1, column + (width - 1) * stride + 1, channels],
        [1, stride, stride, 1],
      );
      taps.push(columnSums(mul(seen, dy)));
    }
  return reshape(concat(taps as Tensor[]), kernel.shape);
}

/** [N, H, W, C] → [N, H · stride, W · stride, C], values at the multiples of `stride`. */
function withZerosBetween(x: Tensor4D, stride: number): Tensor4D {
  if (stride === 1) return x;
  const [batch, height, width, channels] = x.shape;
  const beside = (values: Tensor3D): Tensor3D =>
    pad(values, [
      [0, 0],
      [0, stride - 1],
      [0, 0],
    ]);
  const wide = beside(reshape(x, [batch * height * width, 1, channels]));
  const tall = beside(reshape(wide, [batch * height, 1, width * stride * channels]));
  return reshape(tall, [batch, height * stride, width * stride, channels]);
}
