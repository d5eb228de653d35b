import type { z } from 'zod';
import { isRecord } from '../../../../sidecar/config/records.ts';
import {
  accepts,
  choices,
  discriminatorValues,
  kindOf,
  members,
  valueSchema,
} from '../../../../sidecar/config/schemaWalk.ts';
import { valueMeant } from '../../../../sidecar/config/nearest.ts';
import { sampleOf } from './sample.ts';

type Schema = z.core.$ZodType;

const YES = /^(?:yes|on|true|y)$/iu;
const NO = /^(?:no|off|false|n)$/iu;

/** What a value of the wrong type, or out of range, may have meant: values that the schema takes, the likeliest first. */
export function conversions(schema: Schema, value: unknown): unknown[] {
  const candidates = [...meant(value), ...wrapped(schema, value)];
  const accepted = candidates.filter((candidate) => accepts(schema, candidate));
  return [...new Map(accepted.map((candidate) => [JSON.stringify(candidate), candidate])).values()];
}

function meant(value: unknown): unknown[] {
  if (typeof value === 'string') return ofText(value.trim());
  if (typeof value === 'number')
    return [Math.round(value), ...(value === 0 || value === 1 ? [value === 1] : [])];
  if (typeof value === 'boolean') return [Number(value), String(value)];
  if (Array.isArray(value)) {
    const items = value as readonly unknown[];
    const [only] = items;
    const converted = items.map((item) => meant(item)[0] ?? item);
    return [...(items.length === 1 ? [only, ...meant(only)] : []), converted];
  }
  return [];
}

function ofText(text: string): unknown[] {
  const found: unknown[] = [];
  const plain = numberOf(text);
  if (plain !== null) found.push(plain);
  const percent = /^(?<number>\S+?)\s*%$/u.exec(text)?.groups?.['number'];
  const share = percent === undefined ? null : numberOf(percent);
  if (share !== null) found.push(Number((share / 100).toPrecision(12)));
  const comma = /^[+-]?\d+,\d+$/u.test(text) ? numberOf(text.replace(',', '.')) : null;
  if (comma !== null) found.push(comma);
  // A number with its unit: 20 epochs, 0.1/epoch.
  const leading = /^(?<number>[+-]?(?:\d[\d_]*\.?\d*|\.\d+)(?:e[+-]?\d+)?)\s*[^\d\s,.%].*$/iu.exec(text);
  const amount = leading ? numberOf(leading.groups?.['number'] ?? '') : null;
  if (amount !== null) found.push(amount);
  if (YES.test(text)) found.push(true);
  if (NO.test(text)) found.push(false);
  if (/^(?:null|none|~)?$/iu.test(text)) found.push(null);
  const parts = text.replace(/^\[|\]$/gu, '').split(/[,;\s]+/u);
  const numbers = parts.map(numberOf);
  if (parts.length > 1 && numbers.every((each) => each !== null)) found.push(numbers);
  return found;
}

function numberOf(text: string): number | null {
  const bare = text.replace(/(?<=\d)_(?=\d)/gu, '');
  const value = bare === '' ? NaN : Number(bare);
  return Number.isFinite(value) ? value : null;
}

/** A value where a list or a map of it is expected. */
function wrapped(schema: Schema, value: unknown): unknown[] {
  switch (kindOf(schema)) {
    case 'list':
      return Array.isArray(value) || isRecord(value) ? [] : [[value], ...meant(value).map((each) => [each])];
    case 'map':
      return isRecord(value) || Array.isArray(value) || value === null ? [] : inMap(schema, value);
    case 'text':
      return typeof value === 'number' ? [String(value)] : [];
    case 'choice':
    case 'boolean':
    case 'number':
    case 'mixed':
      return [];
  }
}

/** `mnist` as `{ name: mnist }`: under the one key that takes it. */
function inMap(schema: Schema, value: unknown): unknown[] {
  const free = valueSchema(schema);
  if (free) return conversions(free, value).map((each) => ({ [ANY_NAME]: each }));
  const names = discriminatorValues(schema)?.values.map(String) ?? [];
  const meantName = typeof value === 'string' ? valueMeant(value, names) : null;
  if (meantName !== null && meantName !== value) return inMap(schema, meantName);
  return members(schema).flatMap((member) =>
    Object.entries(member.shape)
      .filter(([, own]) => accepts(own, value) && (choices(own).length > 0 || kindOf(own) !== 'text'))
      .slice(0, 1)
      .map(([key]) => ({ ...asRecord(sampleOf(member.schema)), [key]: value })),
  );
}

/** The name that stands in for any where names are free. */
export const ANY_NAME = 'default';

const asRecord = (value: unknown): Record<string, unknown> => (isRecord(value) ? value : {});

/** The bound that a number has passed, where the schema takes it. */
export function nearestBound(schema: Schema, value: unknown, expected: string): unknown[] {
  const bound = Number(/[≤≥<>] (?<bound>\S+)$/u.exec(expected)?.groups?.['bound']);
  if (typeof value !== 'number' || !Number.isFinite(bound)) return [];
  const inside = [bound, bound + 1, bound - 1].filter((each) => accepts(schema, each));
  return inside.slice(0, 1);
}
