import type { Tensor4D, TensorInfo } from '@tensorflow/tfjs-core';
import type { GradientGeometry } from '../signatures.ts';
import { paddedInput, shapeOf } from './convolution.ts';
import { forwardCorrelation, shapeKey, type ConvolutionShape } from './geometry.ts';
import { addressOf, compiled, FLOAT, withScratch, zero, type WasmBackend } from './memory.ts';
import { addOuterProducts, type OuterProducts } from './outerProducts.ts';
import { paddedBytes, paddedFloats, paddedImages, padImage, type PaddedShape } from './paddedImages.ts';
import { winogradFilterGradient } from './winogradFilterGradient.ts';
import { suitsWinograd } from './winogradTiles.ts';

/** Floats of image and gradient that are worked on at a time: what the first-level cache holds with room to spare. */
const BLOCK = 6144;

/** `filterGradient` of `ops`: outer products of windows and gradients, summed in register tiles. */
export function convolutionFilterGradient(
  { x, dy }: { x: Tensor4D; dy: Tensor4D },
  { shape: filterShape, ...window }: GradientGeometry,
  backend: WasmBackend,
): TensorInfo {
  const shape = shapeOf(x.shape, filterShape, window);
  const dw = backend.makeOutput(filterShape, 'float32');
  const weights = addressOf(backend, dw);
  if (suitsWinograd(shape)) {
    winogradFilterGradient(
      backend,
      shape,
      x.shape[0],
      addressOf(backend, x),
      addressOf(backend, dy),
      weights,
    );
    return dw;
  }
  const input = paddedInput(shape);
  const gradient = alignedGradient(shape);
  const blocks = cut(shape, input, gradient);
  const { band, images } = blocks;
  const functions = compiled(backend, `filter gradient ${shapeKey(shape)}`, () => ({
    padInput: padImage(input),
    padGradient: padImage(gradient),
    add: addOuterProducts(products(shape, input, gradient, band)),
    addLast: addOuterProducts(products(shape, input, gradient, gradient.rows % band || band)),
  }));
  zero(
    backend,
    weights,
    filterShape.reduce((a, b) => a * b, FLOAT),
  );
  const inputBytes = paddedBytes(input, images);
  withScratch(backend, inputBytes + paddedBytes(gradient, images), (scratch) => {
    const inputs = paddedImages(backend, input, addressOf(backend, x), functions.padInput, scratch, images);
    const gradients = paddedImages(
      backend,
      gradient,
      addressOf(backend, dy),
      functions.padGradient,
      scratch + inputBytes,
      images,
    );
    const batch = x.shape[0];
    const gradientBytes = paddedFloats(gradient) * FLOAT;
    for (let first = 0; first < batch; first += images) {
      const count = Math.min(images, batch - first);
      const source = inputs(first, count);
      const values = gradients(first, count);
      for (let row = 0; row < gradient.rows; row += band) {
        const add = row + band <= gradient.rows ? functions.add : functions.addLast;
        const from = values + row * gradient.paddedColumns * gradient.pixel * FLOAT;
        const window = source + row * shape.stride * input.paddedColumns * input.pixel * FLOAT;
        add(window, from, from + count * gradientBytes, weights);
      }
    }
  });
  return dw;
}

/** The output's gradient with its channels filled up to whole vectors, so that no read goes past the end. */
function alignedGradient(shape: ConvolutionShape): PaddedShape {
  const { rows, columns } = forwardCorrelation(shape);
  const pixel = Math.ceil(shape.outputs / 4) * 4;
  return {
    rows,
    columns,
    channels: shape.outputs,
    top: 0,
    left: 0,
    paddedRows: rows,
    paddedColumns: columns,
    pixel,
  };
}

/**
 * How the work is cut: bands of rows of one image where an image is large, several images at a time where they are
 * small, for the tiles' sums are read and written once per piece.
 */
function cut(
  shape: ConvolutionShape,
  input: PaddedShape,
  gradient: PaddedShape,
): { band: number; images: number } {
  const rowFloats =
    shape.stride * input.paddedColumns * input.pixel + gradient.paddedColumns * gradient.pixel;
  const rows = Math.max(1, Math.floor(BLOCK / rowFloats));
  if (rows < gradient.rows) return { band: rows, images: 1 };
  return { band: gradient.rows, images: Math.floor(rows / gradient.rows) };
}

function products(
  shape: ConvolutionShape,
  input: PaddedShape,
  gradient: PaddedShape,
  band: number,
): OuterProducts {
  const { runs, run, runStep, source } = forwardCorrelation(shape);
  return {
    rows: band,
    columns: gradient.columns,
    runs,
    run,
    runStep,
    source: { ...source, image: paddedFloats(input) },
    gradient: {
      pixel: gradient.pixel,
      row: gradient.columns * gradient.pixel,
      image: paddedFloats(gradient),
    },
    channels: shape.outputs,
  };
}
