import type { FunctionBody } from './encoding.ts';
import { at, f32x4, i32, Locals, repeat, type Local, type Statement } from './instructions.ts';
import { FLOAT } from './memory.ts';
import { MicroKernel, TILE_COLUMNS, TILE_ROWS } from './microKernel.ts';

/** Distances in floats between neighbouring pixels and neighbouring rows. */
export interface Steps {
  readonly pixel: number;
  readonly row: number;
}

/** A correlation of one image, already padded, with packed filters. Sizes are known when the code is made. */
export interface Correlation {
  /** Pixels of the output. */
  readonly rows: number;
  readonly columns: number;
  /** Channels of the output, i.e. number of filters. */
  readonly channels: number;
  /** Rows of a filter, and floats in each, which lie side by side in the image too. */
  readonly runs: number;
  readonly run: number;
  /** Floats from one row of a window to the next. */
  readonly runStep: number;
  /** From the window of one output to the next. */
  readonly source: Steps;
  readonly destination: Steps;
  /** Several such correlations one after the other, each with filters of its own: floats from one to the next. */
  readonly planes?: { readonly count: number; readonly source: number; readonly destination: number };
}

/** Floats of `filters` packed for one plane of a correlation: for each tile of up to 8 channels, the biases, then the weights. */
export function packedSize({ channels, runs, run }: Correlation): number {
  return (runs * run + 1) * Math.ceil(channels / 4) * 4;
}

/** The function (source, filters, destination) that does it: addresses of the padded image, of the packed filters, of the output. */
export function correlate(correlation: Correlation): FunctionBody {
  const { planes } = correlation;
  const locals = new Locals(3);
  const [source, destination] = [locals.parameter(0), locals.parameter(2)];
  const onePlane = allChannels(correlation, locals);
  if (planes === undefined) return { parameters: 3, locals: locals.types, code: onePlane.flat() };
  const [planesEnd, start] = [locals.declare('i32'), locals.declare('i32')];
  const next = [
    advance(source, planes.source),
    destination.set(i32.add(start.value, i32.constant(planes.destination * FLOAT))),
  ];
  const code = [
    planesEnd.set(i32.add(source.value, i32.constant(planes.count * planes.source * FLOAT))),
    repeat([start.set(destination.value), ...onePlane, ...next], source, planesEnd.value),
  ];
  return { parameters: 3, locals: locals.types, code: code.flat() };
}

/** Code for one plane: tiles of eight channels, then those that are left. Leaves `filters` at its end. */
function allChannels(correlation: Correlation, locals: Locals): Statement[] {
  const { channels, runs, run } = correlation;
  const filters = locals.parameter(1);
  const destination = locals.parameter(2);
  const tilesEnd = locals.declare('i32');
  const sweep = new Sweep(correlation, locals);
  const packedRows = runs * run + 1;
  const tileFloats = packedRows * TILE_COLUMNS;
  const fullTiles = Math.floor(channels / TILE_COLUMNS);
  const rest = channels % TILE_COLUMNS;
  const code: Statement[] = [];
  if (fullTiles > 0) {
    code.push(
      tilesEnd.set(i32.add(filters.value, i32.constant(fullTiles * tileFloats * FLOAT))),
      repeat(
        [...sweep.code(TILE_COLUMNS), advance(filters, tileFloats), advance(destination, TILE_COLUMNS)],
        filters,
        tilesEnd.value,
      ),
    );
  }
  if (rest > 0) code.push(...sweep.code(rest), advance(filters, packedRows * Math.ceil(rest / 4) * 4));
  return code;
}

/** Moves a pointer by a number of floats. */
export function advance(pointer: Local<'i32'>, floats: number): Statement {
  return pointer.set(i32.add(pointer.value, i32.constant(floats * FLOAT)));
}

/** All pixels of the output for one tile of channels. */
class Sweep {
  readonly #shape: Correlation;
  readonly #kernel: MicroKernel;
  readonly #parameters: Record<'source' | 'filters' | 'destination', Local<'i32'>>;
  readonly #locals: Record<
    | 'sourceRow'
    | 'targetRow'
    | 'rowsEnd'
    | 'source'
    | 'target'
    | 'rowEnd'
    | 'window'
    | 'weights'
    | 'runEnd'
    | 'runsEnd',
    Local<'i32'>
  >;

  constructor(shape: Correlation, locals: Locals) {
    this.#shape = shape;
    this.#kernel = new MicroKernel(locals);
    this.#parameters = {
      source: locals.parameter(0),
      filters: locals.parameter(1),
      destination: locals.parameter(2),
    };
    const pointer = (): Local<'i32'> => locals.declare('i32');
    this.#locals = {
      sourceRow: pointer(),
      targetRow: pointer(),
      rowsEnd: pointer(),
      source: pointer(),
      target: pointer(),
      rowEnd: pointer(),
      window: pointer(),
      weights: pointer(),
      runEnd: pointer(),
      runsEnd: pointer(),
    };
  }

  code(lanes: number): Statement[] {
    const { rows, columns, source: from, destination: to } = this.#shape;
    const { sourceRow, targetRow, rowsEnd, source, target, rowEnd } = this.#locals;
    const fullTiles = Math.floor(columns / TILE_ROWS);
    const rest = columns % TILE_ROWS;
    const row: Statement[] = [source.set(sourceRow.value), target.set(targetRow.value)];
    if (fullTiles > 0) {
      const step = [advance(source, TILE_ROWS * from.pixel), advance(target, TILE_ROWS * to.pixel)];
      row.push(
        rowEnd.set(i32.add(target.value, i32.constant(fullTiles * TILE_ROWS * to.pixel * FLOAT))),
        repeat([...this.#tile(TILE_ROWS, lanes), ...step], target, rowEnd.value),
      );
    }
    if (rest > 0) row.push(...this.#tile(rest, lanes));
    return [
      sourceRow.set(this.#parameters.source.value),
      targetRow.set(this.#parameters.destination.value),
      rowsEnd.set(i32.add(targetRow.value, i32.constant(rows * to.row * FLOAT))),
      repeat([...row, advance(sourceRow, from.row), advance(targetRow, to.row)], targetRow, rowsEnd.value),
    ];
  }

  /** `pixels` neighbouring outputs: the sum over all runs of the window, starting from the biases. */
  #tile(pixels: number, lanes: number): Statement[] {
    const { runs, run, runStep, source: from, destination: to } = this.#shape;
    const { source, target, window, weights, runEnd, runsEnd } = this.#locals;
    const vectors = Math.ceil(lanes / 4);
    const kernel = this.#kernel;
    const width = vectors * 4;
    const oneRun = [
      runEnd.set(i32.add(window.value, i32.constant(run * FLOAT))),
      repeat(
        [
          kernel.step(pixels, vectors, window.value, from.pixel, weights.value),
          advance(weights, width),
          advance(window, 1),
        ],
        window,
        runEnd.value,
      ),
    ];
    const allRuns = repeat([...oneRun, advance(window, runStep - run)], weights, runsEnd.value);
    return [
      window.set(source.value),
      kernel.begin(pixels, vectors, (vector) =>
        f32x4.load(at(this.#parameters.filters.value, vector * 4 * FLOAT)),
      ),
      weights.set(i32.add(this.#parameters.filters.value, i32.constant(width * FLOAT))),
      runsEnd.set(i32.add(weights.value, i32.constant(runs * run * width * FLOAT))),
      ...(runs === 1 ? oneRun : [allRuns]),
      kernel.end(pixels, lanes, target.value, to.pixel, false),
    ];
  }
}
