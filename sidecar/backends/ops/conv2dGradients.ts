import { engine, slice, type Tensor4D } from '@tensorflow/tfjs-core';
import type { GradientGeometry } from '../signatures.ts';
import { convolutionFilterGradient } from '../wasm/filterGradient.ts';
import { convolutionInputGradient } from '../wasm/inputGradient.ts';
import * as webgpu from '../webgpu/convolution.ts';
import { declareKernel } from './kernel.ts';
import { zeroPad } from './pooling.ts';

/**
 * Gradient of `conv2d` with respect to its images.
 *
 * Inputs: dy [N, Ho, Wo, Cout], kernel [kh, kw, Cin, Cout]. `shape` is that of the images, [N, H, W, Cin].
 */
export const inputGradient = declareKernel<{ dy: Tensor4D; kernel: Tensor4D }, GradientGeometry, Tensor4D>({
  name: 'TrainingConv2DInputGradient',
  composed: ({ dy, kernel }, { stride, padding, shape }) => {
    // Not every backend's gradient kernel knows explicit padding; all know none.
    const [batch, height, width, channels] = shape;
    const inputShape = [batch, height + 2 * padding, width + 2 * padding, channels];
    const attributes = { strides: stride, pad: 'valid', dataFormat: 'NHWC', inputShape };
    const full = engine().runKernel<Tensor4D>('Conv2DBackpropInput', { dy, filter: kernel }, attributes);
    return padding === 0 ? full : slice(full, [0, padding, padding, 0], shape);
  },
  wasm: convolutionInputGradient,
  webgpu: webgpu.convolutionInputGradient,
});

/**
 * Gradient of `conv2d` with respect to its filters.
 *
 * Inputs: x [N, H, W, Cin], dy [N, Ho, Wo, Cout]. `shape` is that of the filters, [kh, kw, Cin, Cout].
 */
export const filterGradient = declareKernel<{ x: Tensor4D; dy: Tensor4D }, GradientGeometry, Tensor4D>({
  name: 'TrainingConv2DFilterGradient',
  composed: ({ x, dy }, { stride, padding, shape }) => {
    const attributes = { strides: stride, pad: 'valid', dataFormat: 'NHWC', filterShape: shape };
    return engine().runKernel<Tensor4D>('Conv2DBackpropFilter', { x: zeroPad(x, padding), dy }, attributes);
  },
  wasm: convolutionFilterGradient,
  webgpu: webgpu.convolutionFilterGradient,
});
