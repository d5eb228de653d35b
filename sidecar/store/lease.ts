/**
 * Who may write a run directory. `lease.json` says who holds it and when it was last renewed; the attempt number in it is
 * a fencing token.
 *
 * An attempt is claimed by creating `.lease/<attempt>.json` exclusively, so of racing processes exactly one gets it, and
 * from that moment every smaller number is void. A claim is only made over a lease that was released, whose holder is
 * dead, or that stays silent while being watched.
 *
 * API: Lease.acquire(runDir, options), lease.attempt, check(), release().
 */
import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { createExclusive } from './atomicFile.ts';
import { StoreError } from './errors.ts';
import {
  assertHeld,
  HEART,
  leaseLost,
  RENEW_MS,
  writeBeat,
  type HeartData,
  type HeartMessage,
} from './leaseBeat.ts';
import {
  claimPath,
  claimsFolder,
  highestClaim,
  holderState,
  LEASE_FILE,
  readLeaseSync,
  THIS_SYSTEM,
  type LeaseRecord,
} from './leaseFile.ts';
import { processStart } from './processStart.ts';

/** How long to wait for a renewal that is just being written, per look. */
const HEART_WAIT_MS = 100;

export interface LeaseOptions {
  /** Hears of failed renewals in the background. `lease-lost` is final; anything else is tried again. */
  onError?: (error: unknown) => void;
  /** The bundled `leaseHeart.ts`: renews from a thread of its own, however long this one computes. */
  heart?: URL;
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
      started: '',
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
  /** Ends the renewal; nothing is written by it afterwards. */
  readonly #stopHeart: () => void;
  #open = true;

  private constructor(runDir: string, record: LeaseRecord, { onError, heart }: LeaseOptions) {
    this.runDir = runDir;
    this.#record = record;
    this.#onError = onError ?? (() => undefined);
    this.#stopHeart = heart === undefined ? this.#renewByTimer() : this.#renewByThread(heart);
  }

  /**
   * Takes the lease, if need be over from a dead or silent holder.
   * @throws StoreError `lease-held` when somebody lives, or wins the race.
   */
  static async acquire(runDir: string, options: LeaseOptions = {}): Promise<Lease> {
    const { watchMs = 2 * RENEW_MS } = options;
    const self = { ...THIS_SYSTEM, pid: process.pid };
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
    const started = processStart(process.pid);
    const record: LeaseRecord = { attempt, ...self, started, token, beat: Date.now(), released: false };
    mkdirSync(claimsFolder(runDir), { recursive: true });
    if (!createExclusive(claimPath(runDir, attempt), JSON.stringify(record))) {
      throw held(runDir, readLeaseSync(claimPath(runDir, attempt)) ?? record);
    }
    writeBeat(runDir, record);
    return new Lease(runDir, record, options);
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
    if (!this.#open) throw leaseLost(this.runDir, attempt);
    assertHeld(this.runDir, attempt);
  }

  /** Gives the lease back; the next holder need not wait. Does nothing when it is lost already. */
  release(): void {
    if (!this.#open) return;
    this.#stopHeart();
    try {
      this.check();
      writeBeat(this.runDir, { ...this.#record, beat: Date.now(), released: true });
    } catch (error) {
      if (!(error instanceof StoreError && error.code === 'lease-lost')) throw error;
    } finally {
      this.#open = false;
    }
  }

  #renewByTimer(): () => void {
    const timer = setInterval(() => {
      try {
        assertHeld(this.runDir, this.#record.attempt);
        writeBeat(this.runDir, { ...this.#record, beat: Date.now() });
      } catch (error) {
        if (error instanceof StoreError && error.code === 'lease-lost') clearInterval(timer);
        this.#onError(error);
      }
    }, RENEW_MS);
    timer.unref();
    return () => {
      clearInterval(timer);
    };
  }

  #renewByThread(heart: URL): () => void {
    const state = new Int32Array(new SharedArrayBuffer(4));
    const workerData: HeartData = { runDir: this.runDir, record: this.#record, state };
    const worker = new Worker(heart, { workerData });
    worker.unref();
    worker.on('message', ({ lost, message }: HeartMessage) => {
      this.#onError(lost ? leaseLost(this.runDir, this.#record.attempt) : new Error(message));
    });
    worker.on('error', (error) => {
      this.#onError(error);
    });
    return () => {
      // A beat in the middle of being written would otherwise land on top of the release.
      while (Atomics.compareExchange(state, 0, HEART.idle, HEART.stopped) === HEART.writing)
        Atomics.wait(state, 0, HEART.writing, HEART_WAIT_MS);
      void worker.terminate();
    };
  }
}
