import { copyImage } from './imageCopy.ts';
import type { FunctionBody } from './encoding.ts';
import { FLOAT, zero, type Compiled, type WasmBackend } from './memory.ts';

/** Images of a batch as a kernel wants to read them: with zeros around, and perhaps between the pixels' channels. */
export interface PaddedShape {
  /** Size of the images as they are. */
  readonly rows: number;
  readonly columns: number;
  readonly channels: number;
  /** Where they begin in the padded ones. */
  readonly top: number;
  readonly left: number;
  /** Size of the padded ones. */
  readonly paddedRows: number;
  readonly paddedColumns: number;
  /** Floats from pixel to pixel in the padded ones, at least `channels`. */
  readonly pixel: number;
}

/** Floats of one padded image. */
export function paddedFloats({ paddedRows, paddedColumns, pixel }: PaddedShape): number {
  return paddedRows * paddedColumns * pixel;
}

/** Whether the images can be read where they are. */
function isInPlace(shape: PaddedShape): boolean {
  return paddedFloats(shape) === shape.rows * shape.columns * shape.channels;
}

/** Scratch bytes for `count` padded images: none if they are read where they are. */
export function paddedBytes(shape: PaddedShape, count = 1): number {
  return isInPlace(shape) ? 0 : count * paddedFloats(shape) * FLOAT;
}

/** The function that pads one image. */
export function padImage({ rows, columns, channels, paddedColumns, pixel }: PaddedShape): FunctionBody {
  return copyImage({
    rows,
    columns,
    channels,
    source: { pixel: channels, row: columns * channels },
    destination: { pixel, row: paddedColumns * pixel },
  });
}

/**
 * Access to padded images, `count` neighbours at a time.
 *
 * @param images address of the batch
 * @param pad the compiled `padImage`
 * @param scratch `paddedBytes(shape, most)` bytes, where `most` is the largest count ever asked for
 * @returns gives the address of `count` padded images from number `first` on; valid until the next call
 */
export function paddedImages(
  backend: WasmBackend,
  shape: PaddedShape,
  images: number,
  pad: Compiled,
  scratch: number,
  most = 1,
): (first: number, count?: number) => number {
  const { rows, columns, channels, top, left, paddedColumns, pixel } = shape;
  const imageBytes = rows * columns * channels * FLOAT;
  if (isInPlace(shape)) return (first) => images + first * imageBytes;
  const paddedImageBytes = paddedFloats(shape) * FLOAT;
  // The margins stay zero: every image covers the same place.
  zero(backend, scratch, most * paddedImageBytes);
  const begin = scratch + (top * paddedColumns + left) * pixel * FLOAT;
  return (first, count = 1) => {
    for (let i = 0; i < count; i++) pad(images + (first + i) * imageBytes, begin + i * paddedImageBytes);
    return scratch;
  };
}
