/**
 * One run directory as it is now, whoever writes it. Reads a file again only when it changed.
 *
 * API: WatchedRun.refresh() → whether anything changed, summary(), problem.
 */
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { notesSchema, type Notes } from '../protocol/notes.ts';
import type { RunRecord } from '../protocol/runRecord.ts';
import type { RunSummary } from '../protocol/runSummary.ts';
import { readControl, type Control } from '../store/control.ts';
import { StoreError } from '../store/errors.ts';
import { LEASE_FILE, readLease, type LeaseRecord } from '../store/leaseFile.ts';
import { livenessOf, type LivenessReport } from '../store/liveness.ts';
import { readNotes } from '../store/notes.ts';
import { readRun, RECORD_FILE } from '../store/runs.ts';
import { fileStamp } from './fileStamp.ts';

type WatchedFile = 'record' | 'lease' | 'notes' | 'control';

const FILE_NAMES: Record<WatchedFile, string> = {
  record: RECORD_FILE,
  lease: LEASE_FILE,
  notes: 'notes.json',
  control: 'control.json',
};
const WATCHED: readonly WatchedFile[] = ['record', 'lease', 'notes', 'control'];

export class WatchedRun {
  readonly id: string;
  readonly runDir: string;
  #record: RunRecord | null = null;
  #lease: LeaseRecord | null = null;
  #notes: Notes = notesSchema.parse({});
  #want: Control['want'] = 'run';
  readonly #stamps: Record<WatchedFile, string | null> = {
    record: null,
    lease: null,
    notes: null,
    control: null,
  };
  readonly #problems = new Map<WatchedFile, string>();
  #liveness: LivenessReport['liveness'] | null = null;
  /** Monotonic milliseconds at which a changed beat was seen. */
  #beatSeenAt: number | null = null;
  #refreshing: Promise<boolean> = Promise.resolve(false);

  constructor(id: string, runDir: string) {
    this.id = id;
    this.runDir = runDir;
  }

  /** Why this directory is no readable run, or null. */
  get problem(): string | null {
    return this.#record === null ? (this.#problems.get('record') ?? 'not read yet') : null;
  }

  get lease(): LeaseRecord | null {
    return this.#lease;
  }

  /** Null when the directory is no readable run. `extra` are problems found elsewhere. */
  summary(extra: readonly string[] = []): RunSummary | null {
    if (this.#record === null) return null;
    const { liveness, beatAge } = this.#report(this.#record);
    const problems = [...this.#problems.values(), ...extra];
    return { record: this.#record, liveness, beatAge, want: this.#want, notes: this.#notes, problems };
  }

  /** Looks at the directory, one look at a time. True when anything changed since the last one, liveness included. */
  refresh(): Promise<boolean> {
    const next = this.#refreshing.catch(() => false).then(() => this.#look());
    this.#refreshing = next;
    return next;
  }

  /** What it reads is taken over at once: a record without its lease would be that of a run that is lost. */
  async #look(): Promise<boolean> {
    const news: (() => void)[] = [];
    for (const file of WATCHED) {
      const stamp = await fileStamp(join(this.runDir, FILE_NAMES[file]));
      if (stamp === this.#stamps[file]) continue;
      const take = await this.#read(file);
      news.push(() => {
        take();
        this.#stamps[file] = stamp;
      });
    }
    for (const take of news) take();
    const liveness = this.#record === null ? null : this.#report(this.#record).liveness;
    const changed = news.length > 0 || liveness !== this.#liveness;
    this.#liveness = liveness;
    return changed;
  }

  /** A file that cannot be read keeps its last value and is reported. */
  async #read(file: WatchedFile): Promise<() => void> {
    try {
      const take = await this.#readSound(file);
      return () => {
        take();
        this.#problems.delete(file);
      };
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      return () => {
        this.#problems.set(file, error.message);
      };
    }
  }

  async #readSound(file: WatchedFile): Promise<() => void> {
    switch (file) {
      case 'record': {
        const record = await readRun(this.runDir);
        return () => {
          this.#record = record;
        };
      }
      case 'lease': {
        const lease = await readLease(this.runDir);
        const seenAt = performance.now();
        return () => {
          const isFirst = this.#stamps.lease === null;
          if (!isFirst && lease?.beat !== this.#lease?.beat) this.#beatSeenAt = seenAt;
          this.#lease = lease;
        };
      }
      case 'notes': {
        const notes = await readNotes(this.runDir);
        return () => {
          this.#notes = notes;
        };
      }
      case 'control': {
        const { want } = readControl(this.runDir);
        return () => {
          this.#want = want;
        };
      }
    }
  }

  #report(record: RunRecord): LivenessReport {
    // A beat that was seen to change is aged by our clock alone, so that a trainer elsewhere may have another one.
    const now =
      this.#lease !== null && this.#beatSeenAt !== null
        ? this.#lease.beat + (performance.now() - this.#beatSeenAt)
        : Date.now();
    return livenessOf(record, this.#lease, now);
  }
}
