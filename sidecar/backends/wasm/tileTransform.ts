import { vectorArithmetic } from './arithmetic.ts';
import { advance } from './correlation.ts';
import type { FunctionBody } from './encoding.ts';
import { at, i32, Locals, repeat, type Statement, type V128 } from './instructions.ts';
import { FLOAT } from './memory.ts';
import { sandwich, type Matrix } from './winogradTransforms.ts';

/** Where the elements of square tiles lie: floats from one to the next. */
export interface TileLayout {
  /** From element to element of a line of the tile, and from line to line. */
  readonly element: number;
  readonly line: number;
  /** From tile to tile of a row of tiles, and from row to row. */
  readonly tile: number;
  readonly row: number;
}

/** A linear transform of all tiles of an image, channel by channel. */
export interface TileTransform {
  readonly matrix: Matrix;
  /** A multiple of 4. */
  readonly channels: number;
  /** Tiles in a row. */
  readonly tiles: number;
  readonly source: TileLayout;
  readonly destination: TileLayout;
}

/** The function (source, destination, end) over rows of tiles; `end` is where the destination's rows are over. */
export function transformTiles({
  matrix,
  channels,
  tiles,
  source: from,
  destination: to,
}: TileTransform): FunctionBody {
  const locals = new Locals(3);
  const [source, destination, end] = [locals.parameter(0), locals.parameter(1), locals.parameter(2)];
  const [tilesEnd, channelsEnd] = [locals.declare('i32'), locals.declare('i32')];
  const side = matrix[0]?.length ?? 0;
  const offset = (layout: TileLayout, width: number, i: number): number =>
    (Math.floor(i / width) * layout.line + (i % width) * layout.element) * FLOAT;
  const vector: Statement[] = [];
  const keep = (value: V128): V128 => {
    const local = locals.declare('v128');
    vector.push(local.set(value));
    return local.value;
  };
  const { load, store } = vectorArithmetic;
  const values = Array.from({ length: side * side }, (_, i) =>
    keep(load(at(source.value, offset(from, side, i)))),
  );
  sandwich({ ...vectorArithmetic, keep }, matrix, values).forEach((result, i) => {
    vector.push(store(at(destination.value, offset(to, matrix.length, i)), result));
  });
  const tile = [
    channelsEnd.set(i32.add(source.value, i32.constant(channels * FLOAT))),
    repeat([...vector, advance(source, 4), advance(destination, 4)], source, channelsEnd.value),
    advance(source, from.tile - channels),
    advance(destination, to.tile - channels),
  ];
  const row = [
    tilesEnd.set(i32.add(destination.value, i32.constant(tiles * to.tile * FLOAT))),
    repeat(tile, destination, tilesEnd.value),
    advance(source, from.row - tiles * from.tile),
    advance(destination, to.row - tiles * to.tile),
  ];
  return { parameters: 3, locals: locals.types, code: repeat(row, destination, end.value) };
}
