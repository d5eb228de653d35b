import { single, signed, unsigned, type Bytes, type ValueType } from './encoding.ts';

/** Code that leaves one value of a type behind. */
export interface Expression<T extends ValueType> {
  readonly type: T;
  readonly code: Bytes;
}
/** Code that leaves nothing behind. */
export type Statement = Bytes;

export type I32 = Expression<'i32'>;
export type F32 = Expression<'f32'>;
export type V128 = Expression<'v128'>;

const SIMD = 0xfd;

function expression<T extends ValueType>(type: T, ...parts: readonly Bytes[]): Expression<T> {
  return { type, code: parts.flat() };
}

function binary<T extends ValueType, R extends ValueType = T>(result: R, ...opcode: Bytes) {
  return (a: Expression<T>, b: Expression<T>): Expression<R> => expression(result, a.code, b.code, opcode);
}

/** Address of a memory access: a base computed at run time plus an offset fixed when the code is made, in bytes. */
export interface Address {
  readonly base: I32;
  readonly offset: number;
}

/** `base + offset` as an address; offset >= 0. */
export function at(base: I32, offset = 0): Address {
  return { base, offset };
}

function access({ base, offset }: Address, value: Bytes, opcode: Bytes, alignment: number): Bytes {
  return [...base.code, ...value, ...opcode, alignment, ...unsigned(offset)];
}

/** 32-bit integers; they are also addresses and counters. */
export const i32 = {
  constant: (value: number): I32 => expression('i32', [0x41], signed(value)),
  add: binary<'i32'>('i32', 0x6a),
  less: binary<'i32'>('i32', 0x49),
};

/** Single-precision numbers. */
export const f32 = {
  constant: (value: number): F32 => expression('f32', [0x43], single(value)),
  load: (address: Address): F32 => expression('f32', access(address, [], [0x2a], 2)),
  store: (address: Address, value: F32): Statement => access(address, value.code, [0x38], 2),
  add: binary<'f32'>('f32', 0x92),
  subtract: binary<'f32'>('f32', 0x93),
  multiply: binary<'f32'>('f32', 0x94),
  divide: binary<'f32'>('f32', 0x95),
  squareRoot: (x: F32): F32 => expression('f32', x.code, [0x91]),
  equal: binary<'f32', 'i32'>('i32', 0x5b),
  less: binary<'f32', 'i32'>('i32', 0x5d),
  /** `yes` if `condition` is not 0, else `no`. */
  select: (condition: I32, yes: F32, no: F32): F32 =>
    expression('f32', yes.code, no.code, condition.code, [0x1b]),
};

/** Four single-precision numbers side by side. */
export const f32x4 = {
  constant: (value: number): V128 => {
    const lane = single(value);
    return expression('v128', [SIMD, 0x0c], lane, lane, lane, lane);
  },
  zero: (): V128 => f32x4.constant(0),
  load: (address: Address): V128 => expression('v128', access(address, [], [SIMD, 0x00], 2)),
  loadSplat: (address: Address): V128 => expression('v128', access(address, [], [SIMD, 0x09], 2)),
  store: (address: Address, value: V128): Statement => access(address, value.code, [SIMD, 0x0b], 2),
  storeLane: (address: Address, value: V128, lane: number): Statement => [
    ...access(address, value.code, [SIMD, 0x5a], 2),
    lane,
  ],
  add: binary<'v128'>('v128', SIMD, 0xe4, 0x01),
  subtract: binary<'v128'>('v128', SIMD, 0xe5, 0x01),
  multiply: binary<'v128'>('v128', SIMD, 0xe6, 0x01),
  divide: binary<'v128'>('v128', SIMD, 0xe7, 0x01),
  squareRoot: (x: V128): V128 => expression('v128', x.code, [SIMD, 0xe3, 0x01]),
  /** a < b ? b : a. Keeps a NaN in `a`, and is one machine instruction, unlike `max`. */
  larger: binary<'v128'>('v128', SIMD, 0xeb, 0x01),
  /** All bits set where a = b. */
  equal: binary<'v128'>('v128', SIMD, 0x41),
  /** All bits set where a > b. */
  greater: binary<'v128'>('v128', SIMD, 0x44),
  and: binary<'v128'>('v128', SIMD, 0x4e),
};

/** A local variable. */
export interface Local<T extends ValueType> {
  readonly value: Expression<T>;
  readonly set: (value: Expression<T>) => Statement;
}

/** Allots the locals of one function whose parameters are all i32. */
export class Locals {
  readonly types: ValueType[] = [];
  readonly #parameters: number;

  constructor(parameters: number) {
    this.#parameters = parameters;
  }

  parameter(index: number): Local<'i32'> {
    return this.#local('i32', index);
  }

  declare<T extends ValueType>(type: T): Local<T> {
    this.types.push(type);
    return this.#local(type, this.#parameters + this.types.length - 1);
  }

  #local<T extends ValueType>(type: T, index: number): Local<T> {
    return {
      value: expression(type, [0x20], unsigned(index)),
      set: (value) => [...value.code, 0x21, ...unsigned(index)],
    };
  }
}

/** Runs `body` until `variable`, which it must advance, reaches `end`; at least once. */
export function repeat(body: readonly Statement[], variable: Local<'i32'>, end: I32): Statement {
  const again = i32.less(variable.value, end).code;
  return [0x03, 0x40, ...body.flat(), ...again, 0x0d, 0x00, 0x0b];
}

/** Runs `body` if `condition` is not 0. */
export function when(condition: I32, body: readonly Statement[]): Statement {
  return [...condition.code, 0x04, 0x40, ...body.flat(), 0x0b];
}

/** Copies `length` bytes. */
export function copy(to: I32, from: I32, length: I32): Statement {
  return [...to.code, ...from.code, ...length.code, 0xfc, 0x0a, 0x00, 0x00];
}
