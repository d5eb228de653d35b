import type { Tensor1D, Tensor4D, TensorInfo } from '@tensorflow/tfjs-core';
import type { Window } from '../signatures.ts';
import { correlate, packedSize } from './correlation.ts';
import { packFilters, packingFunctions } from './filters.ts';
import { forwardCorrelation, outputSize, shapeKey, simplified, type ConvolutionShape } from './geometry.ts';
import { addressOf, compiled, FLOAT, withScratch, type WasmBackend } from './memory.ts';
import { padImage, paddedBytes, paddedImages, type PaddedShape } from './paddedImages.ts';
import { winograd } from './winograd.ts';
import { suitsWinograd } from './winogradTiles.ts';

/** Shape of the convolution of images [N, H, W, Cin] by filters [kh, kw, Cin, Cout]. */
export function shapeOf(
  images: readonly number[],
  filters: readonly number[],
  window: Window,
): ConvolutionShape {
  const [, height, width, inputs] = images as Tensor4D['shape'];
  const [kernelHeight, kernelWidth, , outputs] = filters as Tensor4D['shape'];
  const { stride, padding } = window;
  return simplified({ height, width, inputs, outputs, kernelHeight, kernelWidth, stride, padding });
}

/** The images of a convolution with their zeros around. */
export function paddedInput({ height, width, inputs, padding }: ConvolutionShape): PaddedShape {
  return {
    rows: height,
    columns: width,
    channels: inputs,
    top: padding,
    left: padding,
    paddedRows: height + 2 * padding,
    paddedColumns: width + 2 * padding,
    pixel: inputs,
  };
}

/** `conv2d` of `ops`: image by image, padded into a scratch area, in register tiles. */
export function convolve(
  { x, kernel, bias }: { x: Tensor4D; kernel: Tensor4D; bias?: Tensor1D },
  window: Window,
  backend: WasmBackend,
): TensorInfo {
  const shape = shapeOf(x.shape, kernel.shape, window);
  const [batch, height, width] = x.shape;
  const rows = outputSize(height, kernel.shape[0], window.stride, window.padding);
  const columns = outputSize(width, kernel.shape[1], window.stride, window.padding);
  const y = backend.makeOutput([batch, rows, columns, shape.outputs], 'float32');
  const [images, weights, output] = [x, kernel, y].map((it) => addressOf(backend, it)) as [
    number,
    number,
    number,
  ];
  const biases = bias === undefined ? null : addressOf(backend, bias);
  if (suitsWinograd(shape)) {
    winograd(backend, shape, { weights, turned: false, bias: biases }, batch, images, output);
    return y;
  }
  const correlation = forwardCorrelation(shape);
  const padded = paddedInput(shape);
  const functions = compiled(backend, `convolve ${shapeKey(shape)}`, () => ({
    correlate: correlate(correlation),
    pad: padImage(padded),
    ...packingFunctions(shape.outputs, { row: shape.outputs, column: 1 }),
  }));
  const outputBytes = rows * columns * shape.outputs * FLOAT;
  const filterBytes = packedSize(correlation) * FLOAT;
  withScratch(backend, filterBytes + paddedBytes(padded), (filters) => {
    const source = {
      segments: [weights],
      length: correlation.runs * correlation.run,
      channelStep: 1,
      bias: biases,
    };
    packFilters(backend, functions, source, correlation, filters);
    const image = paddedImages(backend, padded, images, functions.pad, filters + filterBytes);
    for (let i = 0; i < batch; i++) functions.correlate(image(i), filters, output + i * outputBytes);
  });
  return y;
}
