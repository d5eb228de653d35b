import { advance, type Steps } from './correlation.ts';
import type { FunctionBody } from './encoding.ts';
import { i32, Locals, repeat, type Local, type Statement } from './instructions.ts';
import { FLOAT } from './memory.ts';
import { MicroKernel, TILE_COLUMNS, TILE_ROWS } from './microKernel.ts';

/**
 * A sum over pixels of outer products (window of the image) × (gradient of the output): the gradient of a convolution
 * with respect to its filters. Sizes are known when the code is made, but for the number of images.
 */
export interface OuterProducts {
  /** Pixels of the output that one call covers, per image. */
  readonly rows: number;
  readonly columns: number;
  /** Rows of a filter, and floats in each, which lie side by side in the image too. */
  readonly runs: number;
  readonly run: number;
  /** Floats from one row of a window to the next; and how much further the gradient begins for it, as a rule 0. */
  readonly runStep: number;
  readonly gradientRunStep?: number;
  /** From the window of one output to the next, and from image to image. */
  readonly source: Steps & { readonly image: number };
  /** The same of the output's gradient, of which `channels` floats in each pixel are read, rounded up to 4. */
  readonly gradient: Steps & { readonly image: number };
  readonly channels: number;
}

/**
 * The function (source, gradient, end, destination) that adds the sum to `destination`, [runs, run, channels]. `end` is
 * the address of the gradient at which the images are over.
 */
export function addOuterProducts(shape: OuterProducts): FunctionBody {
  const { runs, run, runStep, gradientRunStep = 0, channels } = shape;
  const locals = new Locals(4);
  const [source, destination] = [locals.parameter(0), locals.parameter(3)];
  const gradient = [locals.parameter(1), locals.parameter(2)].map((pointer) =>
    advance(pointer, gradientRunStep),
  );
  const runsEnd = locals.declare('i32');
  const products = new Products(shape, locals);
  const code = [
    runsEnd.set(i32.add(destination.value, i32.constant(runs * run * channels * FLOAT))),
    repeat(
      [...products.code(), advance(source, runStep), ...gradient, advance(destination, run * channels)],
      destination,
      runsEnd.value,
    ),
  ];
  return { parameters: 4, locals: locals.types, code: code.flat() };
}

/** All tiles of one row of the filters. */
class Products {
  readonly #shape: OuterProducts;
  readonly #kernel: MicroKernel;
  readonly #source: Local<'i32'>;
  readonly #gradient: Local<'i32'>;
  readonly #end: Local<'i32'>;
  readonly #destination: Local<'i32'>;
  readonly #locals: Record<
    | 'tileSource'
    | 'tileGradient'
    | 'tileEnd'
    | 'target'
    | 'targetRow'
    | 'runEnd'
    | 'channelsEnd'
    | 'window'
    | 'values'
    | 'rowEnd'
    | 'imageEnd',
    Local<'i32'>
  >;

  constructor(shape: OuterProducts, locals: Locals) {
    this.#shape = shape;
    this.#kernel = new MicroKernel(locals);
    this.#source = locals.parameter(0);
    this.#gradient = locals.parameter(1);
    this.#end = locals.parameter(2);
    this.#destination = locals.parameter(3);
    const pointer = (): Local<'i32'> => locals.declare('i32');
    this.#locals = {
      tileSource: pointer(),
      tileGradient: pointer(),
      tileEnd: pointer(),
      target: pointer(),
      targetRow: pointer(),
      runEnd: pointer(),
      channelsEnd: pointer(),
      window: pointer(),
      values: pointer(),
      rowEnd: pointer(),
      imageEnd: pointer(),
    };
  }

  /** Tiles of eight channels, each over the whole run, then the channels that are left. */
  code(): Statement[] {
    const { channels } = this.#shape;
    const { tileGradient, tileEnd, target, channelsEnd } = this.#locals;
    const full = Math.floor(channels / TILE_COLUMNS);
    const rest = channels % TILE_COLUMNS;
    const code = [
      target.set(this.#destination.value),
      tileGradient.set(this.#gradient.value),
      tileEnd.set(this.#end.value),
    ];
    if (full > 0) {
      const next = [tileGradient, tileEnd, target].map((pointer) => advance(pointer, TILE_COLUMNS));
      code.push(
        channelsEnd.set(i32.add(target.value, i32.constant(full * TILE_COLUMNS * FLOAT))),
        repeat([...this.#column(TILE_COLUMNS), ...next], target, channelsEnd.value),
      );
    }
    if (rest > 0) code.push(...this.#column(rest));
    return code;
  }

  /** `lanes` channels over the whole run: tiles of four floats of the window, then those that are left. */
  #column(lanes: number): Statement[] {
    const { run, channels } = this.#shape;
    const { tileSource, target, targetRow, runEnd } = this.#locals;
    const full = Math.floor(run / TILE_ROWS);
    const rest = run % TILE_ROWS;
    const code = [tileSource.set(this.#source.value), targetRow.set(target.value)];
    if (full > 0) {
      const next = [advance(tileSource, TILE_ROWS), advance(targetRow, TILE_ROWS * channels)];
      code.push(
        runEnd.set(i32.add(tileSource.value, i32.constant(full * TILE_ROWS * FLOAT))),
        repeat([...this.#tile(TILE_ROWS, lanes), ...next], tileSource, runEnd.value),
      );
    }
    if (rest > 0) code.push(...this.#tile(rest, lanes));
    return code;
  }

  /** One tile, over all pixels of all images. */
  #tile(height: number, lanes: number): Statement[] {
    const { rows, columns, source, gradient, channels } = this.#shape;
    const { tileSource, tileGradient, tileEnd, targetRow, window, values, rowEnd, imageEnd } = this.#locals;
    const vectors = Math.ceil(lanes / 4);
    const kernel = this.#kernel;
    const line = [
      rowEnd.set(i32.add(values.value, i32.constant(columns * gradient.pixel * FLOAT))),
      repeat(
        [
          kernel.step(height, vectors, window.value, 1, values.value),
          advance(window, source.pixel),
          advance(values, gradient.pixel),
        ],
        values,
        rowEnd.value,
      ),
      advance(window, source.row - columns * source.pixel),
      advance(values, gradient.row - columns * gradient.pixel),
    ];
    const image = [
      imageEnd.set(i32.add(values.value, i32.constant(rows * gradient.row * FLOAT))),
      repeat(line, values, imageEnd.value),
      advance(window, source.image - rows * source.row),
      advance(values, gradient.image - rows * gradient.row),
    ];
    return [
      window.set(tileSource.value),
      values.set(tileGradient.value),
      kernel.begin(height, vectors),
      repeat(image, values, tileEnd.value),
      kernel.end(height, lanes, targetRow.value, channels, true),
    ];
  }
}
