/**
 * Series of the runs that somebody looks at. Files are read some ten times a second while a run lives and has subscribers;
 * what nobody looks at is forgotten after a while.
 *
 * API: SeriesHub.open(run), get(id), close(id), forget(id), end().
 */
import type { Log } from './log.ts';
import { RunSeries } from './runSeries.ts';
import type { WatchedRun } from './watchedRun.ts';

/** Increments are batched over this time. */
const TICK_MS = 75;
const ENDED_EVERY_MS = 500;
const KEEP_UNUSED_MS = 60_000;

interface Entry {
  run: WatchedRun;
  series: RunSeries;
  subscribers: number;
  lastPolled: number;
  unusedSince: number;
}

export class SeriesHub {
  readonly #entries = new Map<string, Entry>();
  readonly #onTick: () => void;
  readonly #log: Log;
  readonly #timer: NodeJS.Timeout;
  #ticking = false;

  /** `onTick` is called after each round of reading: time to send what is new. */
  constructor(onTick: () => void, log: Log) {
    this.#onTick = onTick;
    this.#log = log;
    this.#timer = setInterval(() => {
      void this.#tick();
    }, TICK_MS);
  }

  /** Subscribes to a run; returns when its file has been read to the end. */
  async open(run: WatchedRun): Promise<RunSeries> {
    let entry = this.#entries.get(run.id);
    if (entry === undefined) {
      entry = { run, series: new RunSeries(run.runDir), subscribers: 0, lastPolled: 0, unusedSince: 0 };
      this.#entries.set(run.id, entry);
    }
    entry.subscribers++;
    await entry.series.poll();
    return entry.series;
  }

  /** Ends one subscription. */
  close(id: string): void {
    const entry = this.#entries.get(id);
    if (entry === undefined) return;
    entry.subscribers--;
    entry.unusedSince = Date.now();
  }

  get(id: string): RunSeries | undefined {
    return this.#entries.get(id)?.series;
  }

  /** The run's directory is gone. */
  forget(id: string): void {
    this.#entries.delete(id);
  }

  end(): void {
    clearInterval(this.#timer);
    this.#entries.clear();
  }

  async #tick(): Promise<void> {
    if (this.#ticking) return;
    this.#ticking = true;
    try {
      const now = Date.now();
      for (const [id, entry] of this.#entries) {
        if (entry.subscribers === 0) {
          if (now - entry.unusedSince > KEEP_UNUSED_MS) this.#entries.delete(id);
          continue;
        }
        const ended = entry.run.summary()?.liveness === 'ended';
        if (ended && now - entry.lastPolled < ENDED_EVERY_MS) continue;
        entry.lastPolled = now;
        await this.#poll(entry);
      }
      this.#onTick();
    } catch (error) {
      this.#log(
        `could not send series: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
      );
    } finally {
      this.#ticking = false;
    }
  }

  async #poll({ run, series }: Entry): Promise<void> {
    try {
      await series.poll();
    } catch (error) {
      this.#log(`cannot read the events of ${run.id}: ${String(error)}`);
    }
  }
}
