/**
 * Watches a runs folder: new, changed and vanished runs, whoever makes them. File-system events make it quick; polling
 * makes it sure, since network file systems send none.
 *
 * API: RunWatcher.start(), runs(), get(id), look(id), problems(), close().
 */
import { watch, type FSWatcher } from 'node:fs';
import { join } from 'node:path';
import { systemErrorCode } from '../store/errors.ts';
import { runNames } from '../store/runs.ts';
import type { Log } from './log.ts';
import { WatchedRun } from './watchedRun.ts';

const TICK_MS = 500;
/** Runs that have ended are looked at once in so many ticks: only their notes change. */
const ENDED_EVERY = 10;
/** A burst of events is answered by one look. */
const DEBOUNCE_MS = 30;

export interface WatcherListener {
  changed(run: WatchedRun): void;
  removed(id: string): void;
}

export class RunWatcher {
  readonly #runsFolder: string;
  readonly #listener: WatcherListener;
  readonly #log: Log;
  readonly #runs = new Map<string, WatchedRun>();
  readonly #folderWatches = new Map<string, FSWatcher>();
  readonly #due = new Map<string, NodeJS.Timeout>();
  #timer: NodeJS.Timeout | null = null;
  #ticks = 0;
  #closed = false;
  /** False once the system refused to send events: it has a limit, and asking again would not help. */
  #hasEvents = true;

  constructor(runsFolder: string, listener: WatcherListener, log: Log) {
    this.#runsFolder = runsFolder;
    this.#listener = listener;
    this.#log = log;
  }

  /** Returns when every run has been read once. */
  async start(): Promise<void> {
    await this.#scan();
    this.#watchFolder('', this.#runsFolder);
    this.#scheduleTick();
  }

  /** Readable runs, oldest first. */
  runs(): WatchedRun[] {
    // Names have seconds only, so runs submitted together need the record's time.
    const age = (run: WatchedRun): string => `${run.summary()?.record.createdAt ?? ''} ${run.id}`;
    return [...this.#runs.values()]
      .filter((run) => run.problem === null)
      .sort((a, b) => (age(a) < age(b) ? -1 : 1));
  }

  get(id: string): WatchedRun | undefined {
    const run = this.#runs.get(id);
    return run?.problem === null ? run : undefined;
  }

  problems(): { name: string; message: string }[] {
    return [...this.#runs.values()].flatMap(({ id, problem }) =>
      problem === null ? [] : [{ name: id, message: problem }],
    );
  }

  /** Looks at one run now, also at one that was just made or taken away. */
  async look(id: string): Promise<WatchedRun | undefined> {
    await this.#scanNames();
    const run = this.#runs.get(id);
    if (run !== undefined) await this.#refresh(run);
    return this.get(id);
  }

  close(): void {
    this.#closed = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    for (const timer of this.#due.values()) clearTimeout(timer);
    for (const folderWatch of this.#folderWatches.values()) folderWatch.close();
    this.#folderWatches.clear();
  }

  #scheduleTick(): void {
    if (this.#closed) return;
    this.#timer = setTimeout(() => {
      this.#scan()
        .catch((error: unknown) => {
          this.#log(`cannot read ${this.#runsFolder}: ${String(error)}`);
        })
        .finally(() => {
          this.#scheduleTick();
        });
    }, TICK_MS);
  }

  async #scan(): Promise<void> {
    await this.#scanNames();
    const everything = this.#ticks++ % ENDED_EVERY === 0;
    for (const run of this.#runs.values()) {
      const ended = run.summary()?.liveness === 'ended';
      if (everything || !ended) await this.#refresh(run);
    }
  }

  async #scanNames(): Promise<void> {
    const names = new Set(await runNames(this.#runsFolder));
    for (const name of names) {
      if (!this.#runs.has(name)) this.#runs.set(name, new WatchedRun(name, join(this.#runsFolder, name)));
    }
    for (const id of this.#runs.keys()) {
      if (names.has(id)) continue;
      this.#runs.delete(id);
      this.#unwatchFolder(id);
      this.#listener.removed(id);
    }
  }

  async #refresh(run: WatchedRun): Promise<void> {
    let changed: boolean;
    try {
      changed = await run.refresh();
    } catch (error) {
      this.#log(`cannot look at ${run.id}: ${String(error)}`);
      return;
    }
    if (this.#closed || this.#runs.get(run.id) !== run) return;
    if (run.summary()?.liveness === 'ended') this.#unwatchFolder(run.id);
    else this.#watchFolder(run.id, run.runDir);
    if (changed && run.problem === null) this.#listener.changed(run);
  }

  /** `id` is empty for the runs folder itself. */
  #watchFolder(id: string, folder: string): void {
    if (this.#closed || !this.#hasEvents || this.#folderWatches.has(id)) return;
    try {
      const folderWatch = watch(folder, { persistent: false }, () => {
        this.#lookSoon(id);
      });
      folderWatch.on('error', () => {
        // The folder is gone, or events are not to be had: polling goes on.
        this.#unwatchFolder(id);
      });
      this.#folderWatches.set(id, folderWatch);
    } catch (error) {
      // A folder that vanished meanwhile is no sign of a limit.
      if (systemErrorCode(error) === 'ENOENT') return;
      this.#hasEvents = false;
      this.#log(`no more file-system events, from ${folder} on there is only polling: ${String(error)}`);
    }
  }

  #unwatchFolder(id: string): void {
    this.#folderWatches.get(id)?.close();
    this.#folderWatches.delete(id);
  }

  #lookSoon(id: string): void {
    if (this.#closed || this.#due.has(id)) return;
    const timer = setTimeout(() => {
      this.#due.delete(id);
      const run = this.#runs.get(id);
      const looking = run === undefined ? this.#scan() : this.#refresh(run);
      looking.catch((error: unknown) => {
        this.#log(`cannot look at ${id}: ${String(error)}`);
      });
    }, DEBOUNCE_MS);
    this.#due.set(id, timer);
  }
}
