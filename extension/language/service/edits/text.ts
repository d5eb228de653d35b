import { parse } from 'yaml';
import { isRecord } from '../../../../sidecar/config/records.ts';

/** A change of the text: offsets before the change. */
export interface Edit {
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

/** The text after edits that do not overlap; insertions at one place stand in their order. */
export function applied(text: string, edits: readonly Edit[]): string {
  let now = '';
  let at = 0;
  for (const edit of edits.toSorted((a, b) => a.from - b.from || a.to - b.to)) {
    now += text.slice(at, edit.from) + edit.text;
    at = edit.to;
  }
  return now + text.slice(at);
}

/** A value in one line, as YAML flow or as JSON. */
export function inline(value: unknown, json: boolean): string {
  if (json && !isRecord(value) && !Array.isArray(value)) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map((item) => inline(item, json)).join(', ')}]`;
  if (isRecord(value)) {
    const entries = Object.entries(value).filter(([, item]) => item !== undefined);
    if (entries.length === 0) return '{}';
    return `{ ${entries.map(([key, item]) => `${inline(key, json)}: ${inline(item, json)}`).join(', ')} }`;
  }
  if (typeof value === 'string') return isPlain(value) ? value : JSON.stringify(value);
  return String(value);
}

/** Whether a text needs no quotes, in flow style too. */
function isPlain(value: string): boolean {
  return /^[\p{L}_][\p{L}\p{N}_./-]*$/u.test(value) && parse(value) === value;
}

/** Longest line that is written without need. */
const WIDTH = 80;

/** `key: value` in block style; nested maps are written in flow style where they fit. @param indent of the key */
export function block(key: string, value: unknown, indent: number, eol: string): string {
  const short = `${inline(key, false)}: ${inline(value, false)}`;
  if (!isRecord(value) || Object.keys(value).length === 0 || indent + short.length <= WIDTH) return short;
  const lines = Object.entries(value)
    .filter(([, item]) => item !== undefined)
    .map(([name, item]) => `${' '.repeat(indent + 2)}${block(name, item, indent + 2, eol)}`);
  return [`${inline(key, false)}:`, ...lines].join(eol);
}

/** One edit that turns a text into another: what they begin and end with stays untouched. */
export function difference(before: string, after: string): Edit[] {
  if (before === after) return [];
  let start = 0;
  while (start < before.length && before[start] === after[start]) start++;
  let end = 0;
  while (
    end < before.length - start &&
    end < after.length - start &&
    before[before.length - 1 - end] === after[after.length - 1 - end]
  )
    end++;
  return [{ from: start, to: before.length - end, text: after.slice(start, after.length - end) }];
}
