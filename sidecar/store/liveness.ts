/**
 * Whether a run that says it is being worked on really is. Derived by every reader, never written.
 *
 * API: livenessOf(record, lease, now).
 */
import { isEnded, isHeld, type RunRecord } from '../protocol/runRecord.ts';
import type { Liveness } from '../protocol/runSummary.ts';
import { holderIsDead, LOST_AFTER_MS, type LeaseRecord } from './leaseFile.ts';

export interface LivenessReport {
  liveness: Liveness;
  /** Seconds since the last beat; null when there is none. */
  beatAge: number | null;
}

/** `now` in milliseconds since 1970. A run just submitted has ten seconds to take its lease. */
export function livenessOf(record: RunRecord, lease: LeaseRecord | null, now: number): LivenessReport {
  const beatAge = lease === null ? null : Math.max(0, now - lease.beat) / 1000;
  if (isEnded(record.status)) return { liveness: 'ended', beatAge };
  if (!isHeld(record.status)) return { liveness: 'queued', beatAge };
  const lastSign = lease === null ? Date.parse(record.createdAt) : lease.beat;
  const gone = lease !== null && (lease.released || holderIsDead(lease));
  const lost = gone || now - lastSign > LOST_AFTER_MS;
  return { liveness: lost ? 'lost' : 'live', beatAge };
}
