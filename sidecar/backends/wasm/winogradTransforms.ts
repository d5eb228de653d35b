import type { ValueType } from './encoding.ts';
import type { Formula, Scope } from './formula.ts';
import type { Expression } from './instructions.ts';

/** Rows of coefficients. */
export type Matrix = readonly (readonly number[])[];

const transposed = (matrix: Matrix): Matrix =>
  (matrix[0] ?? []).map((_, column) => matrix.map((row) => row[column] ?? 0));

const input: Matrix = [
  [1, 0, -1, 0],
  [0, 1, 1, 0],
  [0, -1, 1, 0],
  [0, 1, 0, -1],
];
const filter: Matrix = [
  [1, 0, 0],
  [0.5, 0.5, 0.5],
  [0.5, -0.5, 0.5],
  [0, 0, 1],
];
const output: Matrix = [
  [1, 1, 1, 0],
  [0, 1, -1, -1],
];

/**
 * The matrices of Winograd's minimal filtering F(2×2, 3×3) (Lavin and Gray, CVPR 2016): two outputs of a filter of three
 * taps from four products instead of six; on two axes 16 instead of 36. With d a tile of 4×4 inputs and g a filter:
 * y = output · [(filter · g · filterᵀ) ⊙ (input · d · inputᵀ)] · outputᵀ. The gradient with respect to g is the same
 * formula read backwards, hence the transposes.
 */
export const WINOGRAD = {
  input,
  filter,
  output,
  outputGradient: transposed(output),
  filterGradient: transposed(filter),
} as const;

/** Products that take the place of one tile's multiplications: the side, squared, of a tile of inputs. */
export const POINTS = 16;

/** Σ coefficient · value, without what is multiplied by 0 or 1. */
function combine<T extends ValueType>(
  use: Scope<T>,
  coefficients: readonly number[],
  values: readonly Expression<T>[],
): Expression<T> {
  let sum: Expression<T> | undefined;
  coefficients.forEach((coefficient, i) => {
    const value = values[i];
    if (coefficient === 0 || value === undefined) return;
    const size = Math.abs(coefficient);
    const term = size === 1 ? value : use.multiply(value, use.constant(size));
    if (sum === undefined) sum = coefficient > 0 ? term : use.subtract(use.zero(), term);
    else sum = coefficient > 0 ? use.add(sum, term) : use.subtract(sum, term);
  });
  return sum ?? use.zero();
}

/** matrix · X · matrixᵀ for a square X given row by row; the result likewise. */
export function sandwich<T extends ValueType>(
  use: Scope<T>,
  matrix: Matrix,
  values: readonly Expression<T>[],
): Expression<T>[] {
  const side = matrix[0]?.length ?? 0;
  const column = (k: number): Expression<T>[] =>
    Array.from({ length: side }, (_, i) => values[i * side + k] as Expression<T>);
  const columns = Array.from({ length: side }, (_, k) =>
    matrix.map((row) => use.keep(combine(use, row, column(k)))),
  );
  return matrix.flatMap((_, i) =>
    matrix.map((row) =>
      combine(
        use,
        row,
        columns.map((ofColumn) => ofColumn[i] as Expression<T>),
      ),
    ),
  );
}

/** `sandwich` as a formula on matrices that hold one element of X each, named `0`, `1`, … */
export function sandwichFormula(name: string, matrix: Matrix): Formula {
  const values = Array.from({ length: (matrix[0]?.length ?? 0) ** 2 }, (_, i) => String(i));
  return {
    name,
    values,
    constants: [],
    results: matrix.length ** 2,
    compute: (use, operands) =>
      sandwich(
        use,
        matrix,
        values.map((value) => operands[value] as (typeof operands)[string]),
      ),
  };
}
