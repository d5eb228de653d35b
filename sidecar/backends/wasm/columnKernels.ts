import { columnBlocks, mapBlock, sumBlock } from './columns.ts';
import type { Formula, Operands } from './formula.ts';
import { compiled, FLOAT, type WasmBackend } from './memory.ts';

/**
 * Computes matrices [rows, columns] element by element.
 *
 * @param results addresses of the matrices written, as many as the formula has results; they may be among the values
 */
export function mapColumns<Value extends string, Constant extends string>(
  backend: WasmBackend,
  formula: Formula<Value, Constant>,
  [rows, columns]: readonly [number, number],
  operands: Operands<Value, Constant>,
  results: readonly number[],
): void {
  const { values, constants } = addresses(formula, operands);
  const [start = 0] = results;
  run(backend, 'map', formula, [rows, columns], { values, constants, results }, start);
}

/**
 * Adds the sums of a formula over all rows of matrices [rows, columns] to totals.
 *
 * @param totals addresses of rows of numbers, one per column, as many as the formula has results
 */
export function sumColumns<Value extends string, Constant extends string>(
  backend: WasmBackend,
  formula: Formula<Value, Constant>,
  [rows, columns]: readonly [number, number],
  operands: Operands<Value, Constant>,
  totals: readonly number[],
): void {
  const { values, constants } = addresses(formula, operands);
  const [start = 0] = values;
  run(backend, 'sum', formula, [rows, columns], { values, constants, results: totals }, start);
}

/** Columns that a flat list is taken to have: one block. */
const FLAT = 16;

/** Computes lists of `size` numbers element by element, by a formula whose constants, if any, are uniform. */
export function mapFlat<Value extends string, Constant extends string>(
  backend: WasmBackend,
  formula: Formula<Value, Constant>,
  size: number,
  operands: Operands<Value, Constant>,
  results: readonly number[],
): void {
  const rows = Math.floor(size / FLAT);
  const rest = size % FLAT;
  mapColumns(backend, formula, [rows, FLAT], operands, results);
  if (rest === 0) return;
  const offset = (size - rest) * FLOAT;
  const tail: Record<Value | Constant, number> = { ...operands };
  for (const name of formula.values) tail[name] += offset;
  mapColumns(
    backend,
    formula,
    [1, rest],
    tail,
    results.map((address) => address + offset),
  );
}

function addresses<Value extends string, Constant extends string>(
  { values, constants }: Formula<Value, Constant>,
  operands: Operands<Value, Constant>,
): { values: number[]; constants: number[] } {
  return { values: values.map((name) => operands[name]), constants: constants.map((name) => operands[name]) };
}

function run(
  backend: WasmBackend,
  kind: 'map' | 'sum',
  formula: Formula,
  [rows, columns]: readonly [number, number],
  { values, constants, results }: Readonly<Record<'values' | 'constants' | 'results', readonly number[]>>,
  start: number,
): void {
  if (rows === 0) return;
  const blocks = columnBlocks(columns);
  const write = kind === 'map' ? mapBlock : sumBlock;
  // Blocks of one width share their code: only the addresses differ.
  const functions = compiled<string>(backend, `${kind} ${formula.name}, ${columns} columns`, () => {
    return Object.fromEntries(blocks.map((block) => [block.lanes, write(formula, columns, block)]));
  });
  const end = start + rows * columns * FLOAT;
  for (const { first, lanes } of blocks) {
    const offset = first * FLOAT;
    const moved = (list: readonly number[]): number[] => list.map((address) => address + offset);
    const fixed = formula.uniform === true ? constants : moved(constants);
    functions[lanes]?.(...moved(results), ...moved(values), ...fixed, end + offset);
  }
}
