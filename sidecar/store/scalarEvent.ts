/**
 * The fast way through nearly every record of a run: an event that holds scalars as we write them, and nothing else. Anything
 * else is left to the general decoder, which defines what is read; a test holds the two against each other.
 *
 * API: decodeScalarEvent(payload) → EventRecord or null.
 */
import type { EventRecord, SummaryValue } from './event.ts';

// Keys of the wire format: field number × 8 + kind of its value.
const WALL_TIME = (1 << 3) | 1;
const STEP = (2 << 3) | 0;
const SUMMARY = (5 << 3) | 2;
const VALUE = (1 << 3) | 2;
const TAG = (1 << 3) | 2;
const SIMPLE_VALUE = (2 << 3) | 5;
const EXACT = (1001 << 3) | 1;

const text = new TextDecoder();

interface KnownTag {
  readonly bytes: Uint8Array;
  readonly text: string;
}

/** Runs have some dozens of tags, each in thousands of records: decoded once. By a hash of their bytes. */
const known = new Map<number, KnownTag[]>();

function tagAt(bytes: Uint8Array, from: number, to: number): string {
  let hash = to - from;
  for (let at = from; at < to; at++) hash = (Math.imul(hash, 31) + (bytes[at] ?? 0)) | 0;
  const candidates = known.get(hash) ?? [];
  for (const candidate of candidates) if (isSame(candidate.bytes, bytes, from, to)) return candidate.text;
  const own = bytes.slice(from, to);
  const tag: KnownTag = { bytes: own, text: text.decode(own) };
  known.set(hash, [...candidates, tag]);
  return tag.text;
}

function isSame(own: Uint8Array, bytes: Uint8Array, from: number, to: number): boolean {
  if (own.length !== to - from) return false;
  for (let index = 0; index < own.length; index++) if (own[index] !== bytes[from + index]) return false;
  return true;
}

/** Reads one payload. */
class Cursor {
  at: number;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.at = 0;
  }

  /** A varint below 2⁵³; NaN for a longer or a broken one. */
  varint(): number {
    let value = 0;
    for (let scale = 1; scale <= 2 ** 49; scale *= 128) {
      const byte = this.#bytes[this.at++];
      if (byte === undefined) return NaN;
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
    return NaN;
  }

  /** NaN beyond the end is as good as any: the place is then beyond it too, and the record is not taken. */
  double(): number {
    const at = this.at;
    this.at += 8;
    return this.at <= this.#bytes.length ? this.#view.getFloat64(at, true) : NaN;
  }

  float(): number {
    const at = this.at;
    this.at += 4;
    return this.at <= this.#bytes.length ? this.#view.getFloat32(at, true) : NaN;
  }

  tag(length: number): string {
    const from = this.at;
    this.at += length;
    return tagAt(this.#bytes, from, this.at);
  }
}

/** @param payload of one record, its checksum verified @returns null for whatever is not scalars alone */
export function decodeScalarEvent(payload: Uint8Array): EventRecord | null {
  const cursor = new Cursor(payload);
  const end = payload.length;
  let [wallTime, step] = [0, 0];
  const values: SummaryValue[] = [];
  let hasSummary = false;
  while (cursor.at < end) {
    switch (cursor.varint()) {
      case WALL_TIME:
        wallTime = cursor.double();
        break;
      case STEP:
        step = cursor.varint();
        if (Number.isNaN(step)) return null;
        break;
      case SUMMARY: {
        // A second summary would be merged into the first.
        if (hasSummary) return null;
        hasSummary = true;
        const summaryLength = cursor.varint();
        const summaryEnd = cursor.at + summaryLength;
        if (!(summaryEnd <= end)) return null;
        while (cursor.at < summaryEnd) {
          if (cursor.varint() !== VALUE) return null;
          const length = cursor.varint();
          const valueEnd = cursor.at + length;
          const value = valueEnd <= summaryEnd ? scalarAt(cursor, valueEnd) : null;
          if (value === null) return null;
          values.push(value);
        }
        if (cursor.at !== summaryEnd) return null;
        break;
      }
      default:
        return null;
    }
  }
  return cursor.at === end && hasSummary ? { wallTime, step, body: { kind: 'values', values } } : null;
}

function scalarAt(cursor: Cursor, end: number): SummaryValue | null {
  let tag = '';
  let simple: number | null = null;
  let exact: number | null = null;
  while (cursor.at < end) {
    switch (cursor.varint()) {
      case TAG: {
        const length = cursor.varint();
        if (!(cursor.at + length <= end)) return null;
        tag = cursor.tag(length);
        break;
      }
      case SIMPLE_VALUE:
        simple = cursor.float();
        break;
      case EXACT:
        exact = cursor.double();
        break;
      default:
        return null;
    }
  }
  if (cursor.at !== end || simple === null) return null;
  return { kind: 'scalar', tag, value: exact ?? simple };
}
