/**
 * The lease as it lies on disk, and what can be told from it.
 *
 * API: leaseSchema, LeaseRecord, readLease, readLeaseSync, highestClaim, claimPath, holderState,
 * holderIsDead, holderLives, THIS_SYSTEM, LOST_AFTER_MS.
 */
import { readdirSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { StoreError, systemErrorCode } from './errors.ts';
import { readJson, readJsonSync } from './jsonFile.ts';
import { processStart } from './processStart.ts';

export const LEASE_FILE = 'lease.json';
const CLAIMS_FOLDER = '.lease';

/** Without a beat for so long, a run whose status says that it is being worked on counts as lost. */
export const LOST_AFTER_MS = 10_000;

export const leaseSchema = z.object({
  /** Grows by one with every take-over; the largest one is the only one that may write. */
  attempt: z.int().min(1),
  host: z.string(),
  pid: z.int().min(0),
  /** Tells pids of different containers on one host apart; empty where there is no such thing. */
  pidNamespace: z.string().default(''),
  /** Tells the holder from a later process with its pid; empty where that cannot be told, and in old leases. */
  started: z.string().default(''),
  token: z.string().min(1),
  /** Last renewal, milliseconds since 1970 by the holder's clock. */
  beat: z.int().min(0),
  /** The holder gave it back: the next one need not wait. */
  released: z.boolean().default(false),
});
export type LeaseRecord = z.output<typeof leaseSchema>;

export function claimsFolder(runDir: string): string {
  return join(runDir, CLAIMS_FOLDER);
}

export function claimPath(runDir: string, attempt: number): string {
  return join(runDir, CLAIMS_FOLDER, `${attempt}.json`);
}

/** A power cut can leave a beat unreadable. That counts as none: the attempt number is safe in its claim. */
function unreadable(error: unknown): null {
  if (error instanceof StoreError && error.code === 'invalid-file') return null;
  throw error;
}

/** The lease as last renewed; null when there is none that can be read. */
export async function readLease(runDir: string): Promise<LeaseRecord | null> {
  return await readJson(join(runDir, LEASE_FILE), leaseSchema).catch(unreadable);
}

export function readLeaseSync(path: string): LeaseRecord | null {
  try {
    return readJsonSync(path, leaseSchema);
  } catch (error) {
    return unreadable(error);
  }
}

/** The largest attempt that was ever claimed, 0 when none was. */
export function highestClaim(runDir: string): number {
  let names: string[];
  try {
    names = readdirSync(claimsFolder(runDir));
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return 0;
    throw error;
  }
  const attempts = names.map((name) => Number(/^(\d+)\.json$/.exec(name)?.[1] ?? 0));
  return Math.max(0, ...attempts);
}

/** This process's pid namespace where there is such a thing, else the empty text. */
export function pidNamespace(): string {
  try {
    return readlinkSync('/proc/self/ns/pid');
  } catch {
    // Not Linux, or /proc is hidden: pids are then told apart by host alone.
    return '';
  }
}

/** True when the holder is proven to live here: not only its pid, which may be somebody else's by now. */
export function holderLives(lease: LeaseRecord): boolean {
  return isOn(lease, THIS_SYSTEM) && lease.started !== '' && processStart(lease.pid) === lease.started;
}

function isOn(lease: LeaseRecord, { host, pidNamespace: namespace }: Omit<Observer, 'now'>): boolean {
  return lease.host === host && lease.pidNamespace === namespace;
}

/** Where this process looks from. */
export const THIS_SYSTEM = { host: hostname(), pidNamespace: pidNamespace() } as const;

export interface Observer {
  host: string;
  pidNamespace: string;
  /** Milliseconds since 1970. */
  now: number;
}

/**
 * What `observer` can say of a lease's holder. `silent`: no beat for {@link LOST_AFTER_MS} – lost, unless clocks differ or
 * the machine was asleep, which only watching the beat can tell.
 */
export function holderState(lease: LeaseRecord, observer: Observer): 'free' | 'held' | 'silent' {
  if (lease.released || holderIsDead(lease, observer)) return 'free';
  return Math.abs(observer.now - lease.beat) > LOST_AFTER_MS ? 'silent' : 'held';
}

/** True when the holder was a process of this very system and is gone: nobody has to wait for its silence then. */
export function holderIsDead(
  lease: LeaseRecord,
  observer: Pick<Observer, 'host' | 'pidNamespace'> = THIS_SYSTEM,
): boolean {
  return isOn(lease, observer) && isDead(lease.pid);
}

function isDead(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    // EPERM: it lives, under another user.
    return systemErrorCode(error) === 'ESRCH';
  }
}
