import { mapFlat } from './columnKernels.ts';
import { correlate, packedSize, type Correlation } from './correlation.ts';
import { packFilters, packingFunctions } from './filters.ts';
import { compiled, FLOAT, withScratch, type WasmBackend } from './memory.ts';
import { padImage, paddedBytes, paddedFloats, paddedImages } from './paddedImages.ts';
import { transformTiles } from './tileTransform.ts';
import {
  cutTiles,
  imageLayout,
  paddedForTiles,
  planeFloats,
  planeLayout,
  type Blocks,
  type WinogradShape,
} from './winogradTiles.ts';
import { POINTS, sandwichFormula, WINOGRAD } from './winogradTransforms.ts';

/** Filters as the convolution has them, and which way round they are used. */
export interface WinogradFilters {
  /** Address of the weights, [3, 3, Cin, Cout]. */
  readonly weights: number;
  /** Turned by 180° with inputs and outputs exchanged: for the gradient of the images. */
  readonly turned: boolean;
  /** Address of the biases, or null. */
  readonly bias: number | null;
}

const transformFilter = sandwichFormula('Winograd filter transform', WINOGRAD.filter);

/** Point whose product reaches all four outputs of a tile with factor one: where a bias is added. */
const CENTRE = 5;

/** A correlation of `batch` images at address `images`, written to address `output`. */
export function winograd(
  backend: WasmBackend,
  shape: WinogradShape,
  { weights, turned, bias }: WinogradFilters,
  batch: number,
  images: number,
  output: number,
): void {
  const { inputs, outputs } = shape;
  const blocks = cutTiles(shape);
  const padded = paddedForTiles(shape);
  const products = pointwiseProducts(shape, blocks);
  const outputColumns = blocks.columns * 2;
  const steps = turned ? { row: 1, column: inputs } : { row: outputs, column: 1 };
  const key = `Winograd ${Object.values(shape).join(',')} ${turned ? 'turned' : ''}`;
  const functions = compiled(backend, key, () => ({
    pad: padImage(padded),
    transformInput: transformTiles({
      matrix: WINOGRAD.input,
      channels: inputs,
      tiles: blocks.columns,
      source: imageLayout(padded.paddedColumns, inputs),
      destination: planeLayout(blocks, inputs),
    }),
    multiply: correlate(products),
    transformOutput: transformTiles({
      matrix: WINOGRAD.output,
      channels: outputs,
      tiles: blocks.columns,
      source: planeLayout(blocks, outputs),
      destination: imageLayout(outputColumns, outputs),
    }),
    ...packingFunctions(outputs, steps),
  }));
  const filterBytes = POINTS * packedSize(products) * FLOAT;
  const transformedBytes = POINTS * inputs * outputs * FLOAT;
  const inputBytes = POINTS * planeFloats(blocks, inputs) * FLOAT;
  const outputBytes = POINTS * planeFloats(blocks, outputs) * FLOAT;
  // The transformed filters are needed only until they are packed: tiles take their place.
  const workBytes = Math.max(transformedBytes, inputBytes + outputBytes);
  withScratch(backend, filterBytes + workBytes + paddedBytes(padded, blocks.images), (filters) => {
    const work = filters + filterBytes;
    const planes = transformedFilters(backend, weights, inputs * outputs, work);
    for (let point = 0; point < POINTS; point++) {
      const source = {
        segments: [planes[turned ? turnedPoint(point) : point] as number],
        length: inputs,
        channelStep: steps.column,
        bias: point === CENTRE ? bias : null,
      };
      packFilters(backend, functions, source, products, filters + point * packedSize(products) * FLOAT);
    }
    const [tileInputs, tileOutputs] = [work, work + inputBytes];
    const image = paddedImages(backend, padded, images, functions.pad, work + workBytes, blocks.images);
    const bandTiles = blocks.band * blocks.columns;
    const bandInput = blocks.band * 2 * padded.paddedColumns * inputs * FLOAT;
    const bandOutput = blocks.band * 2 * outputColumns * outputs * FLOAT;
    const bands = blocks.rows / blocks.band;
    for (let first = 0; first < batch; first += blocks.images) {
      const count = Math.min(blocks.images, batch - first);
      const source = image(first, count);
      for (let band = 0; band < bands; band++) {
        for (let i = 0; i < count; i++) {
          const from = source + i * paddedFloats(padded) * FLOAT + band * bandInput;
          const to = tileInputs + i * bandTiles * inputs * FLOAT;
          functions.transformInput(from, to, to + bandTiles * inputs * FLOAT);
        }
        functions.multiply(tileInputs, filters, tileOutputs);
        for (let i = 0; i < count; i++) {
          const to = output + ((first + i) * bands + band) * bandOutput;
          functions.transformOutput(tileOutputs + i * bandTiles * outputs * FLOAT, to, to + bandOutput);
        }
      }
    }
  });
}

/** For each point the matrix product tiles × filters. */
function pointwiseProducts({ inputs, outputs }: WinogradShape, blocks: Blocks): Correlation {
  const { tiles } = blocks;
  return {
    rows: 1,
    columns: tiles,
    channels: outputs,
    runs: 1,
    run: inputs,
    runStep: inputs,
    source: { pixel: inputs, row: tiles * inputs },
    destination: { pixel: outputs, row: tiles * outputs },
    planes: { count: POINTS, source: planeFloats(blocks, inputs), destination: planeFloats(blocks, outputs) },
  };
}

/** Transforms filters; returns the addresses of the sixteen planes. */
function transformedFilters(backend: WasmBackend, weights: number, size: number, to: number): number[] {
  const operands = Object.fromEntries(
    transformFilter.values.map((name, tap) => [name, weights + tap * size * FLOAT]),
  );
  const planes = Array.from({ length: POINTS }, (_, point) => to + point * size * FLOAT);
  mapFlat(backend, transformFilter, size, operands, planes);
  return planes;
}

/** The point of a filter that is the given point of the filter turned by 180°: the outer ones change places. */
function turnedPoint(point: number): number {
  const turn = (i: number): number => [3, 1, 2, 0][i] ?? i;
  return turn(Math.floor(point / 4)) * 4 + turn(point % 4);
}
