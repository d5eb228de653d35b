/**
 * TFRecord framing: length (u64 LE), masked CRC of the length, payload, masked CRC of the payload.
 *
 * API: frameRecord(payload), readFrame(bytes, at), findFrame(bytes, from).
 */
import { maskedCrc32c } from './crc32c.ts';

/** Bytes before the payload. */
export const HEADER_BYTES = 12;
/** Bytes after the payload. */
export const FOOTER_BYTES = 4;

/** What lies at a place of a file; `next` is the place after it. */
export type Frame =
  | { kind: 'record'; payload: Uint8Array; next: number }
  | { kind: 'corruptPayload'; next: number }
  | { kind: 'corruptLength' }
  /** The bytes end inside the record: `needed` is where it would end (or where its header would). */
  | { kind: 'incomplete'; needed: number };

/** One whole record around the payload. */
export function frameRecord(payload: Uint8Array): Uint8Array {
  const record = new Uint8Array(HEADER_BYTES + payload.length + FOOTER_BYTES);
  const view = new DataView(record.buffer);
  view.setBigUint64(0, BigInt(payload.length), true);
  view.setUint32(8, maskedCrc32c(record.subarray(0, 8)), true);
  record.set(payload, HEADER_BYTES);
  view.setUint32(HEADER_BYTES + payload.length, maskedCrc32c(payload), true);
  return record;
}

/** Examines the record that should begin at `at`. */
export function readFrame(bytes: Uint8Array, at: number): Frame {
  if (at + HEADER_BYTES > bytes.length) return { kind: 'incomplete', needed: at + HEADER_BYTES };
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.getUint32(at + 8, true) !== maskedCrc32c(bytes.subarray(at, at + 8))) {
    return { kind: 'corruptLength' };
  }
  // Not as a BigInt, which costs more than the rest of the header.
  const length = view.getUint32(at, true) + 2 ** 32 * view.getUint32(at + 4, true);
  const footer = at + HEADER_BYTES + length;
  const next = footer + FOOTER_BYTES;
  if (next > bytes.length) return { kind: 'incomplete', needed: next };
  const payload = bytes.subarray(at + HEADER_BYTES, footer);
  if (view.getUint32(footer, true) !== maskedCrc32c(payload)) return { kind: 'corruptPayload', next };
  return { kind: 'record', payload, next };
}

/** The first place at or after `from` where a whole, sound record begins, or null. */
export function findFrame(bytes: Uint8Array, from: number): number | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = from; at + HEADER_BYTES + FOOTER_BYTES <= bytes.length; at++) {
    // A record longer than 4 GiB cannot fit into memory; looking first keeps the scan cheap.
    if (view.getUint32(at + 4, true) !== 0) continue;
    if (readFrame(bytes, at).kind === 'record') return at;
  }
  return null;
}
