/**
 * Renewing a lease, for whichever thread does it. A training step can block its thread for longer than a lease may be
 * silent, so the beat comes from a thread of its own.
 *
 * API: RENEW_MS, assertHeld(runDir, attempt), writeBeat(runDir, record), HEART, HeartData, HeartMessage.
 */
import { closeSync, existsSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { writeJsonAtomic } from './atomicFile.ts';
import { StoreError, systemErrorCode } from './errors.ts';
import { claimPath, LEASE_FILE, readLeaseSync, type LeaseRecord } from './leaseFile.ts';

export const RENEW_MS = 2_000;

/** What the heart is doing, in a word that both threads see. */
export const HEART = { idle: 0, writing: 1, stopped: 2 } as const;

export interface HeartData {
  readonly runDir: string;
  readonly record: LeaseRecord;
  /** One of {@link HEART}. */
  readonly state: Int32Array;
}

/** A renewal that failed. */
export interface HeartMessage {
  readonly lost: boolean;
  readonly message: string;
}

export function leaseLost(runDir: string, attempt: number): StoreError {
  return new StoreError(
    'lease-lost',
    `Attempt ${attempt} no longer holds the lease of ${runDir}.`,
    'Another process goes on with this run; end this one without writing.',
  );
}

/** Looks at the disk. @throws StoreError `lease-lost` when a larger attempt exists. */
export function assertHeld(runDir: string, attempt: number): void {
  const successor = existsSync(claimPath(runDir, attempt + 1)) || !existsSync(claimPath(runDir, attempt));
  // Network file systems may remember that a file was absent; opening one always asks the server.
  const renewed = readLeaseSync(join(runDir, LEASE_FILE));
  if (successor || (renewed?.attempt ?? 0) > attempt) throw leaseLost(runDir, attempt);
}

export function writeBeat(runDir: string, record: LeaseRecord): void {
  const path = join(runDir, LEASE_FILE);
  try {
    // Not durable: after a power cut nobody is alive to hold it, and the claim keeps the number.
    writeJsonAtomic(path, record, { durable: false });
  } catch (error) {
    if (!['ENOSPC', 'EDQUOT'].includes(systemErrorCode(error) ?? '')) throw error;
    overwrite(path, record);
  }
}

/** A full disk must not make a living run look lost: the beat has always the same length and fits where the old one is. */
function overwrite(path: string, record: LeaseRecord): void {
  const handle = openSync(path, 'r+');
  try {
    writeSync(handle, `${JSON.stringify(record, null, 2)}\n`, 0);
  } finally {
    closeSync(handle);
  }
}
