import type { ConvolutionShape } from './geometry.ts';
import type { PaddedShape } from './paddedImages.ts';
import type { TileLayout } from './tileTransform.ts';
import { POINTS } from './winogradTransforms.ts';

/** A 3×3 correlation with stride 1: images [height, width, inputs] → [rows, columns, outputs]. */
export interface WinogradShape {
  readonly height: number;
  readonly width: number;
  readonly inputs: number;
  readonly outputs: number;
  /** 0, 1 or 2. */
  readonly padding: number;
}

/** Fewest channels for which the products saved outweigh the transforms. */
const FEWEST_CHANNELS = 16;

/** Whether Winograd's algorithm applies to a convolution and pays. */
export function suitsWinograd(shape: ConvolutionShape): boolean {
  const { height, width, inputs, outputs, kernelHeight, kernelWidth, stride, padding } = shape;
  const isSmallFilter = kernelHeight === 3 && kernelWidth === 3 && stride === 1;
  const hasWholeTiles =
    height % 2 === 0 && width % 2 === 0 && height + 2 * padding > 3 && width + 2 * padding > 3;
  const hasWholeVectors = inputs % 4 === 0 && outputs % 4 === 0;
  return isSmallFilter && hasWholeTiles && hasWholeVectors && Math.min(inputs, outputs) >= FEWEST_CHANNELS;
}

/** How the tiles of 2×2 outputs are worked on: blocks that stay in the second-level cache. */
export interface Blocks {
  /** Rows of tiles of one image, and tiles in a row. */
  readonly rows: number;
  readonly columns: number;
  /** Rows of tiles in a block, a divisor of `rows`; images in a block, more than one only if the rows are all. */
  readonly band: number;
  readonly images: number;
  /** Tiles in a block. */
  readonly tiles: number;
}

/** Floats that the transformed inputs and outputs of one block may take: a quarter of a usual second-level cache. */
const BUDGET = 65_536;

/** Cuts images into blocks. */
export function cutTiles({ height, width, inputs, outputs, padding }: WinogradShape): Blocks {
  const rows = (height + 2 * padding - 2) / 2;
  const columns = (width + 2 * padding - 2) / 2;
  const most = Math.max(1, Math.floor(BUDGET / (POINTS * (inputs + outputs))));
  if (most >= rows * columns) {
    const images = Math.floor(most / (rows * columns));
    return { rows, columns, band: rows, images, tiles: images * rows * columns };
  }
  let band = Math.max(1, Math.floor(most / columns));
  while (rows % band !== 0) band--;
  return { rows, columns, band, images: 1, tiles: band * columns };
}

/** The images of a correlation with their zeros around: exactly what the tiles cover. */
export function paddedForTiles({ height, width, inputs, padding }: WinogradShape): PaddedShape {
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

/** Tiles inside an image whose neighbours begin two pixels apart. */
export function imageLayout(columns: number, channels: number): TileLayout {
  const line = columns * channels;
  return { element: channels, line, tile: 2 * channels, row: 2 * line };
}

/**
 * Floats from one plane of transformed tiles, [tiles, channels], to the next. A cache line more than it holds: planes
 * that lie a power of two apart share the same few places of the first-level cache.
 */
export function planeFloats({ tiles }: Blocks, channels: number): number {
  return tiles * channels + 16;
}

/** Transformed tiles: a plane for each of the sixteen points. */
export function planeLayout(blocks: Blocks, channels: number): TileLayout {
  const { columns } = blocks;
  const plane = planeFloats(blocks, channels);
  return { element: plane, line: 4 * plane, tile: channels, row: columns * channels };
}
