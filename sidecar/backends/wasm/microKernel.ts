import { f32x4, at, type I32, type Local, type Locals, type Statement, type V128 } from './instructions.ts';
import { FLOAT } from './memory.ts';

/**
 * The innermost loop of every convolution: a tile of up to 4 rows × 8 columns of a matrix product, kept in registers,
 * to which each step adds an outer product of `rows` scalars by `vectors` × 4 columns.
 *
 * One step per turn on purpose: V8 moves all loads of a block to its front, so that unrolling the loop needs more than
 * the sixteen vector registers of x86-64 and halves the speed (measured on Node 20). So would a larger tile.
 */
export class MicroKernel {
  readonly #accumulators: Local<'v128'>[];
  readonly #columns: Local<'v128'>[];
  readonly #row: Local<'v128'>;

  constructor(locals: Locals) {
    this.#accumulators = Array.from({ length: 8 }, () => locals.declare('v128'));
    this.#columns = [locals.declare('v128'), locals.declare('v128')];
    this.#row = locals.declare('v128');
  }

  /** Sets all accumulators: to `initial(vector)` in every row, or to zero. */
  begin(rows: number, vectors: number, initial?: (vector: number) => V128): Statement {
    return this.#each(rows, vectors, (accumulator, _row, vector) =>
      accumulator.set(initial === undefined ? f32x4.zero() : initial(vector)),
    ).flat();
  }

  /**
   * accumulator[row, column] += scalar[row] · columns[column].
   *
   * @param scalars address of the first row's scalar; the next rows' follow `rowStep` floats apart
   * @param columns address of the column values, contiguous
   */
  step(rows: number, vectors: number, scalars: I32, rowStep: number, columns: I32): Statement {
    const code = [];
    for (let vector = 0; vector < vectors; vector++) {
      code.push(this.#column(vector).set(f32x4.load(at(columns, vector * 4 * FLOAT))));
    }
    for (let row = 0; row < rows; row++) {
      code.push(this.#row.set(f32x4.loadSplat(at(scalars, row * rowStep * FLOAT))));
      for (let vector = 0; vector < vectors; vector++) {
        const sum = this.#accumulator(row, vector);
        const product = f32x4.multiply(this.#row.value, this.#column(vector).value);
        code.push(sum.set(f32x4.add(sum.value, product)));
      }
    }
    return code.flat();
  }

  /**
   * Writes the tile, or adds it to what is there.
   *
   * @param lanes columns that exist, at most 4 · vectors
   * @param to address of the first element; the next rows follow `rowStep` floats apart
   */
  end(rows: number, lanes: number, to: I32, rowStep: number, accumulate: boolean): Statement {
    return this.#each(rows, Math.ceil(lanes / 4), (sum, row, vector) => {
      const offset = (row * rowStep + vector * 4) * FLOAT;
      const valid = Math.min(4, lanes - 4 * vector);
      if (valid === 4) {
        const old = f32x4.load(at(to, offset));
        return f32x4.store(at(to, offset), accumulate ? f32x4.add(old, sum.value) : sum.value);
      }
      return Array.from({ length: valid }, (_, lane) => {
        const address = at(to, offset + lane * FLOAT);
        const old = f32x4.loadSplat(address);
        return f32x4.storeLane(address, accumulate ? f32x4.add(old, sum.value) : sum.value, lane);
      }).flat();
    }).flat();
  }

  #each(
    rows: number,
    vectors: number,
    code: (accumulator: Local<'v128'>, row: number, vector: number) => Statement,
  ): Statement[] {
    return Array.from({ length: rows * vectors }, (_, i) => {
      const [row, vector] = [Math.floor(i / vectors), i % vectors];
      return code(this.#accumulator(row, vector), row, vector);
    });
  }

  #accumulator(row: number, vector: number): Local<'v128'> {
    return this.#accumulators[row * 2 + vector] as Local<'v128'>;
  }

  #column(vector: number): Local<'v128'> {
    return this.#columns[vector] as Local<'v128'>;
  }
}

/** Rows of a full tile. */
export const TILE_ROWS = 4;
/** Columns of a full tile. */
export const TILE_COLUMNS = 8;
