import { mapFlat } from './columnKernels.ts';
import { compiled, FLOAT, withScratch, zero, type WasmBackend } from './memory.ts';
import { addOuterProducts } from './outerProducts.ts';
import { padImage, paddedBytes, paddedFloats, paddedImages } from './paddedImages.ts';
import { transformTiles } from './tileTransform.ts';
import {
  cutTiles,
  imageLayout,
  paddedForTiles,
  planeFloats,
  planeLayout,
  type WinogradShape,
} from './winogradTiles.ts';
import { POINTS, sandwichFormula, WINOGRAD } from './winogradTransforms.ts';

const transformSums = sandwichFormula('Winograd filter gradient transform', WINOGRAD.filterGradient);

/** Adds up the gradient of a 3×3 convolution with respect to its filters; addresses of images, gradients and result. */
export function winogradFilterGradient(
  backend: WasmBackend,
  shape: WinogradShape,
  batch: number,
  images: number,
  gradients: number,
  result: number,
): void {
  const { inputs, outputs } = shape;
  const blocks = cutTiles(shape);
  const padded = paddedForTiles(shape);
  const columns = blocks.columns * 2;
  const { tiles } = blocks;
  const functions = compiled(backend, `Winograd filter gradient ${Object.values(shape).join(',')}`, () => ({
    pad: padImage(padded),
    transformInput: transformTiles({
      matrix: WINOGRAD.input,
      channels: inputs,
      tiles: blocks.columns,
      source: imageLayout(padded.paddedColumns, inputs),
      destination: planeLayout(blocks, inputs),
    }),
    transformGradient: transformTiles({
      matrix: WINOGRAD.outputGradient,
      channels: outputs,
      tiles: blocks.columns,
      source: imageLayout(columns, outputs),
      destination: planeLayout(blocks, outputs),
    }),
    // Points take the place of a filter's rows, tiles that of pixels.
    add: addOuterProducts({
      rows: 1,
      columns: tiles,
      runs: POINTS,
      run: inputs,
      runStep: planeFloats(blocks, inputs),
      gradientRunStep: planeFloats(blocks, outputs),
      source: { pixel: inputs, row: tiles * inputs, image: tiles * inputs },
      gradient: { pixel: outputs, row: tiles * outputs, image: tiles * outputs },
      channels: outputs,
    }),
  }));
  const size = inputs * outputs;
  const sumBytes = POINTS * size * FLOAT;
  const inputBytes = POINTS * planeFloats(blocks, inputs) * FLOAT;
  const gradientBytes = POINTS * planeFloats(blocks, outputs) * FLOAT;
  const workBytes = sumBytes + inputBytes + gradientBytes;
  withScratch(backend, workBytes + paddedBytes(padded, blocks.images), (sums) => {
    const [tileInputs, tileGradients] = [sums + sumBytes, sums + sumBytes + inputBytes];
    zero(backend, sums, sumBytes);
    const image = paddedImages(backend, padded, images, functions.pad, sums + workBytes, blocks.images);
    const bandTiles = blocks.band * blocks.columns;
    const bandInput = blocks.band * 2 * padded.paddedColumns * inputs * FLOAT;
    const bandGradient = blocks.band * 2 * columns * outputs * FLOAT;
    const bands = blocks.rows / blocks.band;
    for (let first = 0; first < batch; first += blocks.images) {
      const count = Math.min(blocks.images, batch - first);
      const source = image(first, count);
      // Tiles of images that are not there must not count; nor may what their memory held before, NaN perhaps.
      if (count < blocks.images) zero(backend, tileInputs, inputBytes + gradientBytes);
      for (let band = 0; band < bands; band++) {
        for (let i = 0; i < count; i++) {
          const from = source + i * paddedFloats(padded) * FLOAT + band * bandInput;
          const to = tileInputs + i * bandTiles * inputs * FLOAT;
          functions.transformInput(from, to, to + bandTiles * inputs * FLOAT);
          const values = gradients + ((first + i) * bands + band) * bandGradient;
          const transformed = tileGradients + i * bandTiles * outputs * FLOAT;
          functions.transformGradient(values, transformed, transformed + bandTiles * outputs * FLOAT);
        }
        functions.add(tileInputs, tileGradients, tileGradients + tiles * outputs * FLOAT, sums);
      }
    }
    const planes = Object.fromEntries(
      transformSums.values.map((name, point) => [name, sums + point * size * FLOAT]),
    );
    const taps = Array.from({ length: transformSums.results }, (_, tap) => result + tap * size * FLOAT);
    mapFlat(backend, transformSums, size, planes, taps);
  });
}
