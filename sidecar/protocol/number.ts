/**
 * Numbers that JSON cannot carry. NaN and ±Infinity travel, and lie in `run.json`, as the strings `NaN`, `Infinity` and
 * `-Infinity`; every schema that may hold one uses these codecs, so none of them vanishes into `null`.
 *
 * API: wireNumber, wireNumbers, encodeNumber, decodeNumber.
 */
import { z } from 'zod';

const nonFinite = z.enum(['NaN', 'Infinity', '-Infinity']);

/** A number as it looks in JSON. */
export type WireNumber = number | z.output<typeof nonFinite>;

/** Any double to its JSON form. */
export function encodeNumber(value: number): WireNumber {
  if (Number.isFinite(value)) return value;
  if (Number.isNaN(value)) return 'NaN';
  return value > 0 ? 'Infinity' : '-Infinity';
}

/** The JSON form back to the double. */
export function decodeNumber(value: WireNumber): number {
  return typeof value === 'number' ? value : Number(value);
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number';
}

function isWireNumber(value: unknown): value is WireNumber {
  return Number.isFinite(value) || value === 'NaN' || value === 'Infinity' || value === '-Infinity';
}

/** One double, non-finite values allowed. */
export const wireNumber = z.codec(
  z.union([z.number(), nonFinite]),
  z.custom<number>(isNumber, 'expected a number'),
  {
    decode: decodeNumber,
    encode: encodeNumber,
  },
);

/**
 * Many doubles. Checked as a whole instead of element by element, because a series has up to millions of them.
 */
export const wireNumbers = z.codec(
  z.custom<WireNumber[]>(
    (value) => Array.isArray(value) && value.every(isWireNumber),
    "expected an array of numbers, with 'NaN', 'Infinity' and '-Infinity' as strings",
  ),
  z.custom<number[]>(
    (value) => Array.isArray(value) && value.every(isNumber),
    'expected an array of numbers',
  ),
  { decode: (values) => values.map(decodeNumber), encode: (values) => values.map(encodeNumber) },
);
