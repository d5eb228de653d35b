/**
 * Who may write a run directory. `lease.json` says who holds it and when it was last renewed; the attempt number in it is
 * a fencing token.
 *
 * An attempt is claimed by creating `.lease/<attempt>.json` exclusively, so of racing processes exactly one gets it, and
 * from that moment every smaller number is void. A claim is only made over a lease that was released, whose holder is
 * dead, or that stays silent while being watched.
 *
 * API: Lease.acquire(runDir, options), lease.attempt, check(), renewIfDue(), release().
 */
import { randomBytes } from 'node:crypto';
import { closeSync, existsSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { createExclusive, writeJsonAtomic } from './atomicFile.ts';
import { StoreError, systemErrorCode } from './errors.ts';
import {
  claimPath,
  claimsFolder,
  highestClaim,
  holderState,
  LEASE_FILE,
  pidNamespace,
  readLeaseSync,
  type LeaseRecord,
} from './leaseFile.ts';

const RENEW_MS = 2_000;

export interface LeaseOptions {
  /** Hears of failed renewals in the background. `lease-lost` is final; anything else is tried again. */
  onError?: (error: unknown) => void;
  /** How long a silent lease is watched before it is taken over; a live holder renews in half of that. */
  watchMs?: number;
}

function held(runDir: string, by: LeaseRecord): StoreError {
  return new StoreError(
    'lease-held',
    `${runDir} is being written by process ${by.pid} on ${by.host} (attempt ${by.attempt}).`,
    'Stop that run first, or wait: a dead process is noticed within ten seconds.',
  );
}

/** The lease of the newest attempt: the last renewal, or the bare claim when its maker has not got further. */
function newest(runDir: string): LeaseRecord | null {
  const renewed = readLeaseSync(join(runDir, LEASE_FILE));
  const claimed = highestClaim(runDir);
  if (claimed <= (renewed?.attempt ?? 0)) return renewed;
  // A claim that cannot be read was cut short by a power cut: nobody holds it, but its number is used.
  return (
    readLeaseSync(claimPath(runDir, claimed)) ?? {
      attempt: claimed,
      host: '',
      pid: 0,
      pidNamespace: '',
      token: 'unreadable',
      beat: 0,
      released: true,
    }
  );
}

export class Lease {
  readonly runDir: string;
  readonly #record: LeaseRecord;
  readonly #onError: (error: unknown) => void;
  readonly #timer: NodeJS.Timeout;
  #open = true;

  private constructor(runDir: string, record: LeaseRecord, onError: (error: unknown) => void) {
    this.runDir = runDir;
    this.#record = record;
    this.#onError = onError;
    this.#timer = setInterval(() => {
      this.#renewInBackground();
    }, RENEW_MS);
    this.#timer.unref();
  }

  /**
   * Takes the lease, if need be over from a dead or silent holder.
   * @throws StoreError `lease-held` when somebody lives, or wins the race.
   */
  static async acquire(runDir: string, options: LeaseOptions = {}): Promise<Lease> {
    const { onError = () => undefined, watchMs = 2 * RENEW_MS } = options;
    const self = { host: hostname(), pid: process.pid, pidNamespace: pidNamespace() };
    const current = newest(runDir);
    if (current !== null) {
      switch (holderState(current, { ...self, now: Date.now() })) {
        case 'held':
          throw held(runDir, current);
        case 'silent': {
          await pause(watchMs);
          const later = newest(runDir);
          if (later?.attempt !== current.attempt || later.beat !== current.beat)
            throw held(runDir, later ?? current);
          break;
        }
        case 'free':
          break;
      }
    }
    const attempt = (current?.attempt ?? 0) + 1;
    const token = randomBytes(16).toString('hex');
    const record: LeaseRecord = { attempt, ...self, token, beat: Date.now(), released: false };
    mkdirSync(claimsFolder(runDir), { recursive: true });
    if (!createExclusive(claimPath(runDir, attempt), JSON.stringify(record))) {
      throw held(runDir, readLeaseSync(claimPath(runDir, attempt)) ?? record);
    }
    const lease = new Lease(runDir, record, onError);
    lease.#renew();
    return lease;
  }

  /** 1 for the first holder of the run directory. */
  get attempt(): number {
    return this.#record.attempt;
  }

  /**
   * Looks at the disk. Cheap enough for every flush.
   * @throws StoreError `lease-lost` when a larger attempt exists, or the lease was given back: write nothing more.
   */
  check(): void {
    const { attempt } = this.#record;
    const successor =
      existsSync(claimPath(this.runDir, attempt + 1)) || !existsSync(claimPath(this.runDir, attempt));
    // Network file systems may remember that a file was absent; opening one always asks the server.
    const renewed = readLeaseSync(join(this.runDir, LEASE_FILE));
    if (this.#open && !successor && (renewed?.attempt ?? 0) <= attempt) return;
    throw new StoreError(
      'lease-lost',
      `Attempt ${attempt} no longer holds the lease of ${this.runDir}.`,
      'Another process goes on with this run; end this one without writing.',
    );
  }

  /** For a loop whose steps are too long for the background timer. @throws as {@link check}. */
  renewIfDue(): void {
    if (Date.now() - this.#record.beat >= RENEW_MS) this.#renew();
  }

  /** Gives the lease back; the next holder need not wait. Does nothing when it is lost already. */
  release(): void {
    if (!this.#open) return;
    clearInterval(this.#timer);
    try {
      this.check();
      this.#record.released = true;
      this.#write();
    } catch (error) {
      if (!(error instanceof StoreError && error.code === 'lease-lost')) throw error;
    } finally {
      this.#open = false;
    }
  }

  #renew(): void {
    this.check();
    this.#record.beat = Date.now();
    this.#write();
  }

  #write(): void {
    const path = join(this.runDir, LEASE_FILE);
    try {
      // Not durable: after a power cut nobody is alive to hold it, and the claim keeps the number.
      writeJsonAtomic(path, this.#record, { durable: false });
    } catch (error) {
      if (!['ENOSPC', 'EDQUOT'].includes(systemErrorCode(error) ?? '')) throw error;
      overwrite(path, this.#record);
    }
  }

  #renewInBackground(): void {
    try {
      this.#renew();
    } catch (error) {
      if (error instanceof StoreError && error.code === 'lease-lost') clearInterval(this.#timer);
      this.#onError(error);
    }
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
