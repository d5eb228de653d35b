/**
 * Finds the events in a stretch of an event file, and the places that cannot be read.
 *
 * A damaged place is passed over only when a sound record is found after it; damage at the very end may be a write in
 * progress, so the scan stops before it.
 *
 * API: scanRecords(bytes, base, {final}), PlacedEvent, Damage.
 */
import { decodeEvent, type EventRecord } from './event.ts';
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

/**
 * Scans `bytes`, which lie at `base` in the file. `final` says that nothing will be appended to them as they are, so a
 * sound record inside an incomplete one proves that one torn.
 */
export function scanRecords(bytes: Uint8Array, base: number, { final }: { final: boolean }): Scan {
  const scan: Scan = { events: [], damages: [], consumed: 0 };
  for (;;) {
    const at = scan.consumed;
    const frame = readFrame(bytes, at);
    if (frame.kind === 'record') {
      try {
        scan.events.push({ ...decodeEvent(frame.payload), offset: base + at, end: base + frame.next });
      } catch {
        // Checksummed, so written like this: a foreign record. It is reported, and the rest is read.
        scan.damages.push({ offset: base + at, end: base + frame.next, reason: 'event' });
      }
      scan.consumed = frame.next;
      continue;
    }
    if (frame.kind === 'incomplete' && !final) return scan;
    const soundAfter =
      frame.kind === 'corruptPayload' && readFrame(bytes, frame.next).kind === 'record'
        ? frame.next
        : findFrame(bytes, at + 1);
    if (soundAfter === null) return scan;
    scan.damages.push({ offset: base + at, end: base + soundAfter, reason: reasonOf(frame.kind) });
    scan.consumed = soundAfter;
  }
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
