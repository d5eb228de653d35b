import type { Tensor4D, TensorInfo } from '@tensorflow/tfjs-core';
import type { GradientGeometry } from '../signatures.ts';
import { shapeOf } from './convolution.ts';
import { correlate, packedSize } from './correlation.ts';
import { packFilters, packingFunctions } from './filters.ts';
import {
  outputSize,
  planInputGradient,
  shapeKey,
  type ConvolutionShape,
  type InputGradientPlan,
} from './geometry.ts';
import { addressOf, compiled, FLOAT, withScratch, zero, type Compiled, type WasmBackend } from './memory.ts';
import { padImage, paddedBytes, paddedImages, type PaddedShape } from './paddedImages.ts';
import { winograd } from './winograd.ts';
import { suitsWinograd } from './winogradTiles.ts';

/** `inputGradient` of `ops`: a correlation of the output's gradient for each remainder of a pixel by the stride. */
export function convolutionInputGradient(
  { dy, kernel }: { dy: Tensor4D; kernel: Tensor4D },
  { shape: inputShape, ...window }: GradientGeometry,
  backend: WasmBackend,
): TensorInfo {
  const shape = shapeOf(inputShape, kernel.shape, window);
  const dx = backend.makeOutput(inputShape, 'float32');
  const input = addressOf(backend, dx);
  const weights = addressOf(backend, kernel);
  if (suitsWinograd(shape)) {
    const [, height, width, outputs] = dy.shape;
    const turned = { height, width, inputs: outputs, outputs: shape.inputs, padding: 2 - shape.padding };
    winograd(
      backend,
      turned,
      { weights, turned: true, bias: null },
      inputShape[0],
      addressOf(backend, dy),
      input,
    );
    return dx;
  }
  const plan = planInputGradient(shape);
  const padded = paddedGradient(shape, plan);
  const key = `input gradient ${shapeKey(shape)}`;
  const functions = compiled(backend, key, () => ({
    pad: padImage(padded),
    ...packingFunctions(shape.inputs, { row: 1, column: shape.outputs }),
  }));
  const correlations = compiled<string>(backend, `${key}, phases`, () =>
    Object.fromEntries(plan.phases.map(({ correlation }, i) => [i, correlate(correlation)])),
  );
  const inputBytes = shape.height * shape.width * shape.inputs * FLOAT;
  if (!plan.complete) zero(backend, input, inputShape[0] * inputBytes);
  const filterBytes = plan.phases.map(({ correlation }) => packedSize(correlation) * FLOAT);
  const allFilterBytes = filterBytes.reduce((a, b) => a + b, 0);
  withScratch(backend, allFilterBytes + paddedBytes(padded), (scratch) => {
    let filters = scratch;
    const phases = plan.phases.map(({ taps, correlation, sourceOffset, destinationOffset }, i) => {
      const packed = filters;
      filters += filterBytes[i] ?? 0;
      // Channels of the correlation are the convolution's inputs: transposed weights, taps turned round.
      const segments = taps.map(
        ([row, column]) =>
          weights + (row * shape.kernelWidth + column) * shape.inputs * shape.outputs * FLOAT,
      );
      const source = { segments, length: shape.outputs, channelStep: shape.outputs, bias: null };
      packFilters(backend, functions, source, correlation, packed);
      const run = correlations[i] as Compiled;
      return (image: number, target: number) => {
        run(image + sourceOffset * FLOAT, packed, target + destinationOffset * FLOAT);
      };
    });
    const images = paddedImages(
      backend,
      padded,
      addressOf(backend, dy),
      functions.pad,
      scratch + allFilterBytes,
    );
    for (let i = 0; i < inputShape[0]; i++) {
      const image = images(i);
      for (const phase of phases) phase(image, input + i * inputBytes);
    }
  });
  return dx;
}

function paddedGradient(shape: ConvolutionShape, plan: InputGradientPlan): PaddedShape {
  const { height, width, kernelHeight, kernelWidth, stride, padding, outputs } = shape;
  return {
    rows: outputSize(height, kernelHeight, stride, padding),
    columns: outputSize(width, kernelWidth, stride, padding),
    channels: outputs,
    top: plan.top,
    left: plan.left,
    paddedRows: plan.rows,
    paddedColumns: plan.columns,
    pixel: outputs,
  };
}
