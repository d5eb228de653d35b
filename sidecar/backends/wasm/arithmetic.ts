import type { ValueType } from './encoding.ts';
import { f32, f32x4, type Address, type Expression, type Statement } from './instructions.ts';

/** The operations that kernels are written in: once, for four numbers at a time and for the few that are left over. */
export interface Arithmetic<T extends ValueType> {
  readonly type: T;
  /** Floats that one value holds. */
  readonly width: number;
  readonly load: (address: Address) => Expression<T>;
  /** The float at the address, in every place. */
  readonly loadUniform: (address: Address) => Expression<T>;
  readonly store: (address: Address, value: Expression<T>) => Statement;
  readonly zero: () => Expression<T>;
  /** A number known when the code is made, in every place. */
  readonly constant: (value: number) => Expression<T>;
  readonly add: (a: Expression<T>, b: Expression<T>) => Expression<T>;
  readonly subtract: (a: Expression<T>, b: Expression<T>) => Expression<T>;
  readonly multiply: (a: Expression<T>, b: Expression<T>) => Expression<T>;
  readonly divide: (a: Expression<T>, b: Expression<T>) => Expression<T>;
  readonly squareRoot: (x: Expression<T>) => Expression<T>;
  /** max(x, 0), which keeps NaN. */
  readonly rectify: (x: Expression<T>) => Expression<T>;
  /** `value` where a = b, else 0. */
  readonly whereEqual: (a: Expression<T>, b: Expression<T>, value: Expression<T>) => Expression<T>;
  /** `value` where `condition` > 0, else 0. */
  readonly wherePositive: (condition: Expression<T>, value: Expression<T>) => Expression<T>;
}

export const vectorArithmetic: Arithmetic<'v128'> = {
  type: 'v128',
  width: 4,
  load: f32x4.load,
  loadUniform: f32x4.loadSplat,
  store: f32x4.store,
  zero: f32x4.zero,
  constant: f32x4.constant,
  add: f32x4.add,
  subtract: f32x4.subtract,
  multiply: f32x4.multiply,
  divide: f32x4.divide,
  squareRoot: f32x4.squareRoot,
  rectify: (x) => f32x4.larger(x, f32x4.zero()),
  whereEqual: (a, b, value) => f32x4.and(f32x4.equal(a, b), value),
  wherePositive: (condition, value) => f32x4.and(f32x4.greater(condition, f32x4.zero()), value),
};

const nought = f32.constant(0);

export const scalarArithmetic: Arithmetic<'f32'> = {
  type: 'f32',
  width: 1,
  load: f32.load,
  loadUniform: f32.load,
  store: f32.store,
  zero: () => nought,
  constant: f32.constant,
  add: f32.add,
  subtract: f32.subtract,
  multiply: f32.multiply,
  divide: f32.divide,
  squareRoot: f32.squareRoot,
  rectify: (x) => f32.select(f32.less(x, nought), nought, x),
  whereEqual: (a, b, value) => f32.select(f32.equal(a, b), value, nought),
  wherePositive: (condition, value) => f32.select(f32.less(nought, condition), value, nought),
};
