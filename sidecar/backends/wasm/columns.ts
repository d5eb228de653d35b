import { scalarArithmetic, vectorArithmetic, type Arithmetic } from './arithmetic.ts';
import { advance } from './correlation.ts';
import type { FunctionBody, ValueType } from './encoding.ts';
import type { Formula } from './formula.ts';
import {
  at,
  i32,
  Locals,
  repeat,
  when,
  type Expression,
  type Local,
  type Statement,
} from './instructions.ts';
import { FLOAT } from './memory.ts';

/** Neighbouring columns that one function handles: whole vectors of four, or single ones. */
export interface ColumnBlock {
  readonly first: number;
  readonly lanes: number;
  readonly vectors: boolean;
}

/** Cuts columns into blocks of sixteen, one of the whole vectors that are left, and one of the last single columns. */
export function columnBlocks(columns: number): ColumnBlock[] {
  const blocks: ColumnBlock[] = [];
  let first = 0;
  for (; columns - first >= 16; first += 16) blocks.push({ first, lanes: 16, vectors: true });
  const lanes = Math.floor((columns - first) / 4) * 4;
  if (lanes > 0) blocks.push({ first, lanes, vectors: true });
  first += lanes;
  if (columns > first) blocks.push({ first, lanes: columns - first, vectors: false });
  return blocks;
}

/** The function (results…, values…, constants…, end) over all rows of a block; `end` is where the first result ends. */
export function mapBlock(formula: Formula, columns: number, block: ColumnBlock): FunctionBody {
  return block.vectors
    ? new BlockWriter(vectorArithmetic, formula, columns, block.lanes / 4).map()
    : new BlockWriter(scalarArithmetic, formula, columns, block.lanes).map();
}

/**
 * The function (totals…, values…, constants…, end) that adds the results of all rows of a block to the totals; `end` is
 * where the first values end.
 */
export function sumBlock(formula: Formula, columns: number, block: ColumnBlock): FunctionBody {
  return block.vectors
    ? new BlockWriter(vectorArithmetic, formula, columns, block.lanes / 4).sum()
    : new BlockWriter(scalarArithmetic, formula, columns, block.lanes).sum();
}

/** Rows whose sum is taken before it is added to the total: shorter chains of additions round less. */
const CHAIN = 256;

class BlockWriter<T extends ValueType> {
  readonly #arithmetic: Arithmetic<T>;
  readonly #formula: Formula;
  readonly #columns: number;
  /** Values of the arithmetic that one row of the block holds. */
  readonly #places: number[];
  readonly #locals: Locals;
  readonly #results: Local<'i32'>[];
  readonly #values: Local<'i32'>[];
  readonly #constants: Local<'i32'>[];
  readonly #end: Expression<'i32'>;
  readonly #parameters: number;

  constructor(arithmetic: Arithmetic<T>, formula: Formula, columns: number, places: number) {
    const { values, constants, results } = formula;
    this.#arithmetic = arithmetic;
    this.#formula = formula;
    this.#columns = columns;
    this.#places = Array.from({ length: places }, (_, place) => place);
    this.#parameters = results + values.length + constants.length + 1;
    const locals = new Locals(this.#parameters);
    const pointers = Array.from({ length: this.#parameters - 1 }, (_, i) => locals.parameter(i));
    this.#locals = locals;
    this.#results = pointers.slice(0, results);
    this.#values = pointers.slice(results, results + values.length);
    this.#constants = pointers.slice(results + values.length);
    this.#end = locals.parameter(this.#parameters - 1).value;
  }

  map(): FunctionBody {
    const [first] = this.#results as [Local<'i32'>];
    const code: Statement[] = [];
    const constants = this.#loadConstants(code);
    const row: Statement[] = [];
    for (const place of this.#places) {
      this.#compute(place, constants, row).forEach((result, i) => {
        row.push(this.#arithmetic.store(this.#address(this.#results[i], place), result));
      });
    }
    row.push(...[...this.#results, ...this.#values].map((pointer) => advance(pointer, this.#columns)));
    code.push(repeat(row, first, this.#end));
    return this.#body(code);
  }

  sum(): FunctionBody {
    const { add, load, store, zero } = this.#arithmetic;
    const [first] = this.#values as [Local<'i32'>];
    const code: Statement[] = [];
    const constants = this.#loadConstants(code);
    const chainEnd = this.#locals.declare('i32');
    const chain: Statement[] = [];
    const row: Statement[] = [];
    const totals: Statement[] = [];
    for (const place of this.#places) {
      this.#compute(place, constants, row).forEach((result, i) => {
        const sum = this.#local();
        const total = this.#address(this.#results[i], place);
        chain.push(sum.set(zero()));
        row.push(sum.set(add(sum.value, result)));
        totals.push(store(total, add(load(total), sum.value)));
      });
    }
    row.push(...this.#values.map((pointer) => advance(pointer, this.#columns)));
    chain.push(
      chainEnd.set(i32.add(first.value, i32.constant(CHAIN * this.#columns * FLOAT))),
      when(i32.less(this.#end, chainEnd.value), [chainEnd.set(this.#end)]),
      repeat(row, first, chainEnd.value),
      ...totals,
    );
    code.push(repeat(chain, first, this.#end));
    return this.#body(code);
  }

  /** The results for one place of the row that the pointers are at; what must be computed before goes to `code`. */
  #compute(
    place: number,
    constants: readonly Expression<T>[][],
    code: Statement[],
  ): readonly Expression<T>[] {
    const keep = (value: Expression<T>): Expression<T> => {
      const local = this.#local();
      code.push(local.set(value));
      return local.value;
    };
    const operands: Record<string, Expression<T>> = {};
    this.#formula.values.forEach((name, i) => {
      operands[name] = keep(this.#arithmetic.load(this.#address(this.#values[i], place)));
    });
    this.#formula.constants.forEach((name, i) => {
      operands[name] = constants[place]?.[i] as Expression<T>;
    });
    return this.#formula.compute({ ...this.#arithmetic, keep }, operands);
  }

  #loadConstants(code: Statement[]): Expression<T>[][] {
    const { load, loadUniform } = this.#arithmetic;
    return this.#places.map((place) =>
      this.#constants.map((pointer) => {
        const local = this.#local();
        const value =
          this.#formula.uniform === true
            ? loadUniform(at(pointer.value))
            : load(this.#address(pointer, place));
        code.push(local.set(value));
        return local.value;
      }),
    );
  }

  #local(): Local<T> {
    return this.#locals.declare(this.#arithmetic.type);
  }

  #address(pointer: Local<'i32'> | undefined, place: number): ReturnType<typeof at> {
    return at((pointer as Local<'i32'>).value, place * this.#arithmetic.width * FLOAT);
  }

  #body(code: readonly Statement[]): FunctionBody {
    return { parameters: this.#parameters, locals: this.#locals.types, code: code.flat() };
  }
}
