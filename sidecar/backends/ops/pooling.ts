import {
  avgPool,
  broadcastTo,
  concat,
  div,
  engine,
  maxPool as stockMaxPool,
  mean,
  pad,
  reshape,
  type Tensor2D,
  type Tensor4D,
} from '@tensorflow/tfjs-core';
import { maxPoolGradient as wasmMaxPoolGradient } from '../wasm/maxPoolGradient.ts';
import * as wasm from '../wasm/sums.ts';
import { declareKernel } from './kernel.ts';

/** Window of a pooling layer, the same for height and width; no padding. */
export interface PoolOptions {
  /** Side of the window in pixels, >= 1. */
  readonly size: number;
  /** Step between two windows in pixels, >= 1. */
  readonly stride: number;
}

const globalAverageGradient = declareKernel<{ dy: Tensor2D }, { height: number; width: number }, Tensor4D>({
  name: 'TrainingGlobalAveragePoolGradient',
  wasm: wasm.globalAverageGradient,
  composed: ({ dy }, { height, width }) => {
    const [batch, channels] = dy.shape;
    const share = reshape(div(dy, height * width), [batch, 1, 1, channels]);
    return broadcastTo(share, [batch, height, width, channels]);
  },
});

const kernelOfGlobalAverage = declareKernel<{ x: Tensor4D }, { height: number; width: number }, Tensor2D>({
  name: 'TrainingGlobalAveragePool',
  wasm: wasm.globalAverage,
  composed: ({ x }) => mean(x, [1, 2]),
  differentiation: {
    saveInputs: [],
    gradients: (dy, _saved, size) => ({ x: () => globalAverageGradient({ dy: dy as Tensor2D }, size) }),
  },
});

/** Mean over height and width: [N, H, W, C] → [N, C]. */
export function globalAveragePool(x: Tensor4D): Tensor2D {
  const [, height, width] = x.shape;
  return kernelOfGlobalAverage({ x }, { height, width });
}

const maxPoolGradient = declareKernel<
  { x: Tensor4D; y: Tensor4D; dy: Tensor4D },
  { size: number; stride: number },
  Tensor4D
>({
  name: 'TrainingMaxPoolGradient',
  wasm: wasmMaxPoolGradient,
  composed: ({ x, y, dy }, { size, stride }) => {
    const attributes = { filterSize: size, strides: stride, pad: 'valid' };
    return engine().runKernel<Tensor4D>('MaxPoolGrad', { dy, input: x, output: y }, attributes);
  },
});

const kernelOfMaxPool = declareKernel<{ x: Tensor4D }, { size: number; stride: number }, Tensor4D>({
  name: 'TrainingMaxPool',
  composed: ({ x }, { size, stride }) => stockMaxPool(x, size, stride, 'valid'),
  differentiation: {
    saveInputs: ['x'],
    saveOutputs: [true],
    gradients: (dy, saved, window) => {
      const [x, y] = saved as [Tensor4D, Tensor4D];
      return { x: () => maxPoolGradient({ x, y, dy: dy as Tensor4D }, window) };
    },
  },
});

/** Largest value of each window; the gradient goes to the first of equal ones. [N, H, W, C] → [N, floor((H − size) / stride) + 1, …, C]. */
export function maxPool(x: Tensor4D, { size, stride }: PoolOptions): Tensor4D {
  return kernelOfMaxPool({ x }, { size, stride });
}

/** Mean of each window, [N, H, W, C] → [N, floor((H − size) / stride) + 1, …, C]. */
export function averagePool(x: Tensor4D, { size, stride }: PoolOptions): Tensor4D {
  return avgPool(x, size, stride, 'valid');
}

/** `padding` rows and columns of zeros on each side of the images. */
export function zeroPad(x: Tensor4D, padding: number): Tensor4D {
  if (padding === 0) return x;
  const sides: [number, number] = [padding, padding];
  return pad(x, [[0, 0], sides, sides, [0, 0]]);
}

/** Feature vectors side by side: [N, F1], [N, F2], … → [N, F1 + F2 + …]. */
export function concatFeatures(features: Tensor2D[]): Tensor2D {
  return concat(features, 1);
}
