/**
 * Finds the events in a stretch of an event file, and the places that cannot be read.
 *
 * A damaged place is passed over only when a sound record is found after it; damage at the very end may be a write in
 * progress, so the scan stops before it.
 *
 * API: scanRecords(bytes, base, {final}), soundLength(bytes), PlacedEvent, Damage.
 */
import { decodeEvent, type EventRecord } from './event.ts';
import { decodeScalarEvent } from './scalarEvent.ts';
import { findFrame, readFrame } from './tfrecord.ts';

/** An event with its place in the file, in bytes: [offset, end). The offset is its sequence number. */
export interface PlacedEvent extends EventRecord {
  offset: number;
  end: number;
}

/** Bytes [offset, end) that hold no readable record. */
export interface Damage {
  offset: number;
  end: number;
  reason: 'length' | 'payload' | 'torn' | 'event';
}

export interface Scan {
  events: PlacedEvent[];
  damages: Damage[];
  /** Bytes that were dealt with; what follows is incomplete, or damaged up to the end. */
  consumed: number;
}

/** Calls `onRecord` for every sound record; `final` as in {@link scanRecords}. Returns what lay between, and how far it came. */
function scanFrames(
  bytes: Uint8Array,
  final: boolean,
  onRecord: (payload: Uint8Array, at: number, next: number) => void,
): { damages: Damage[]; consumed: number } {
  const damages: Damage[] = [];
  for (let at = 0; ;) {
    const frame = readFrame(bytes, at);
    if (frame.kind === 'record') {
      onRecord(frame.payload, at, frame.next);
      at = frame.next;
      continue;
    }
    if (frame.kind === 'incomplete' && !final) return { damages, consumed: at };
    const soundAfter =
      frame.kind === 'corruptPayload' && readFrame(bytes, frame.next).kind === 'record'
        ? frame.next
        : findFrame(bytes, at + 1);
    if (soundAfter === null) return { damages, consumed: at };
    damages.push({ offset: at, end: soundAfter, reason: reasonOf(frame.kind) });
    at = soundAfter;
  }
}

/**
 * Scans `bytes`, which lie at `base` in the file. `final` says that nothing will be appended to them as they are, so a
 * sound record inside an incomplete one proves that one torn.
 */
export function scanRecords(bytes: Uint8Array, base: number, { final }: { final: boolean }): Scan {
  const events: PlacedEvent[] = [];
  const foreign: Damage[] = [];
  const { damages, consumed } = scanFrames(bytes, final, (payload, at, next) => {
    try {
      const { wallTime, step, body } = decodeScalarEvent(payload) ?? decodeEvent(payload);
      events.push({ wallTime, step, body, offset: base + at, end: base + next });
    } catch {
      // Checksummed, so written like this: a foreign record. It is reported, and the rest is read.
      foreign.push({ offset: base + at, end: base + next, reason: 'event' });
    }
  });
  const placed = damages.map((damage) => ({
    ...damage,
    offset: base + damage.offset,
    end: base + damage.end,
  }));
  return { events, damages: [...placed, ...foreign].sort((a, b) => a.offset - b.offset), consumed };
}

/** Bytes up to the end of the last sound record of a whole file. */
export function soundLength(bytes: Uint8Array): number {
  return scanFrames(bytes, true, () => undefined).consumed;
}

function reasonOf(kind: 'corruptPayload' | 'corruptLength' | 'incomplete'): Damage['reason'] {
  switch (kind) {
    case 'corruptPayload':
      return 'payload';
    case 'corruptLength':
      return 'length';
    case 'incomplete':
      return 'torn';
  }
}
