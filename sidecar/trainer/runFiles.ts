import { hostname } from 'node:os';
import { join } from 'node:path';
import { writeJsonAtomic } from '../store/atomicFile.ts';
import { clearUnfinished } from '../store/checkpoints.ts';
import { readControl, setWanted, type Control } from '../store/control.ts';
import { EventWriter } from '../store/eventWriter.ts';
import { StoreError } from '../store/errors.ts';
import { Lease } from '../store/lease.ts';
import { readRun, writeRun } from '../store/runs.ts';
import type { RunRecord } from '../protocol/runRecord.ts';

/** The files of a run while a trainer holds its lease. */
export class RunFiles {
  private constructor(
    readonly runDir: string,
    readonly lease: Lease,
    readonly events: EventWriter,
    private current: RunRecord,
    private readonly onError: (error: unknown) => void,
  ) {}

  #wanted: Control = { want: 'run', checkpoint: 0, by: '' };

  /**
   * Takes the lease, opens the events without their torn tail and wants the run to run.
   * @param heart the bundled thread that renews the lease; absent: this thread does
   * @param onError hears of failed renewals and flushes; `lease-lost` is final: end without writing
   */
  static async open(runDir: string, onError: (error: unknown) => void, heart?: URL): Promise<RunFiles> {
    const record = await readRun(runDir);
    const lease = await Lease.acquire(runDir, { onError, ...(heart ? { heart } : {}) });
    await clearUnfinished(runDir);
    const events = await EventWriter.open(runDir, {
      guard: () => {
        lease.check();
      },
      onError,
    });
    setWanted(runDir, 'run', `trainer ${process.pid}@${hostname()}`);
    return new RunFiles(runDir, lease, events, record, onError);
  }

  get record(): RunRecord {
    return this.current;
  }

  /** Changes `run.json`. @throws StoreError `lease-lost` */
  update(change: Partial<RunRecord>): void {
    this.current = { ...this.current, ...change };
    this.lease.check();
    writeRun(this.runDir, this.current);
  }

  /** Replaces a small file of the run. @throws StoreError `lease-lost` */
  writeJson(name: string, value: unknown): void {
    this.lease.check();
    writeJsonAtomic(join(this.runDir, name), value);
  }

  /** What is wanted; while the file cannot be read, what was wanted before. */
  control(): Control {
    try {
      this.#wanted = readControl(this.runDir);
    } catch (error) {
      if (!(error instanceof StoreError && error.code === 'invalid-file')) throw error;
      this.onError(error);
    }
    return this.#wanted;
  }

  /** Everything on disk, the lease given back. */
  close(): void {
    this.events.close();
    this.lease.release();
  }
}
