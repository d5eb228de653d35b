import { add, conv2d as stockConv2d, type Tensor1D, type Tensor4D } from '@tensorflow/tfjs-core';
import { convolve } from '../wasm/convolution.ts';
import { columnSums } from './columnSums.ts';
import { filterGradient, inputGradient } from './conv2dGradients.ts';
import { declareKernel } from './kernel.ts';
import { zeroPad } from './pooling.ts';

/** Geometry of a convolution, the same for height and width. */
export interface Conv2dOptions {
  /** Step between two windows in pixels, >= 1. */
  readonly stride: number;
  /** Rows and columns of zeros added on each of the four sides, >= 0. */
  readonly padding: number;
}

interface Conv2dInputs {
  x: Tensor4D;
  kernel: Tensor4D;
  bias?: Tensor1D;
}

const kernelOfConv2d = declareKernel<Conv2dInputs, { stride: number; padding: number }, Tensor4D>({
  name: 'TrainingConv2D',
  composed: ({ x, kernel, bias }, { stride, padding }) => {
    const sides: [number, number] = [padding, padding];
    const y = stockConv2d(x, kernel, stride, [[0, 0], sides, sides, [0, 0]]);
    return bias === undefined ? y : add(y, bias);
  },
  wasm: convolve,
  differentiation: {
    saveInputs: ['x', 'kernel'],
    gradients: (dy, saved, geometry) => {
      const [x, kernel] = saved as [Tensor4D, Tensor4D];
      const gradient = dy as Tensor4D;
      return {
        x: () => inputGradient({ dy: gradient, kernel }, { ...geometry, shape: x.shape }),
        kernel: () => filterGradient({ x, dy: gradient }, { ...geometry, shape: kernel.shape }),
        bias: () => columnSums(gradient),
      };
    },
  },
});

/**
 * 2-D convolution (cross-correlation) with symmetric zero padding, as PyTorch's `Conv2d`.
 *
 * @param x images, [N, H, W, Cin]
 * @param kernel filters, [kh, kw, Cin, Cout]
 * @param bias [Cout], or null for none
 * @returns [N, Ho, Wo, Cout] with Ho = floor((H + 2·padding − kh) / stride) + 1
 */
export function conv2d(
  x: Tensor4D,
  kernel: Tensor4D,
  bias: Tensor1D | null,
  { stride, padding }: Conv2dOptions,
): Tensor4D {
  if (padding >= Math.min(kernel.shape[0], kernel.shape[1])) {
    // Padding beyond the kernel's reach would mean negative padding in the input gradient: padded apart instead.
    return conv2d(zeroPad(x, padding), kernel, bias, { stride, padding: 0 });
  }
  return kernelOfConv2d({ x, kernel, ...(bias === null ? {} : { bias }) }, { stride, padding });
}
