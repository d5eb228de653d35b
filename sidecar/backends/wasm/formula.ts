import type { Arithmetic } from './arithmetic.ts';
import type { ValueType } from './encoding.ts';
import type { Expression } from './instructions.ts';

/** Arithmetic inside a formula. */
export interface Scope<T extends ValueType> extends Arithmetic<T> {
  /** Computes a value once, for use in several places. */
  readonly keep: (value: Expression<T>) => Expression<T>;
}

/**
 * What is computed for each element of a matrix. A kernel made of it runs once over memory, however many results there
 * are.
 */
export interface Formula<Value extends string = string, Constant extends string = string> {
  /** Tells it from all others: its compiled functions are kept under this name. */
  readonly name: string;
  /** Matrices whose element at the same place is read; at least one where results are summed. */
  readonly values: readonly Value[];
  /** Numbers that are the same in all rows: one per column, or one for all columns if `uniform`. */
  readonly constants: readonly Constant[];
  readonly uniform?: boolean;
  /** Number of results. */
  readonly results: number;
  readonly compute: <T extends ValueType>(
    scope: Scope<T>,
    operands: Readonly<Record<Value | Constant, Expression<T>>>,
  ) => readonly Expression<T>[];
}

/** Addresses of a formula's operands: matrices, and rows of constants (or single ones if they are uniform). */
export type Operands<Value extends string, Constant extends string> = Readonly<
  Record<Value | Constant, number>
>;
