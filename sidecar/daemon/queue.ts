/**
 * Starts trainers for queued runs, oldest first, a few at a time. The queue is the set of directories whose status is
 * `queued`, so it survives the daemon.
 *
 * API: RunQueue.permit(), advance(), isStarting(id), isBusy(), end().
 */
import type { Launcher, TrainerEnd } from '../launchers/launcher.ts';
import { StoreError } from '../store/errors.ts';
import { holderState, THIS_SYSTEM } from '../store/leaseFile.ts';
import type { Log } from './log.ts';
import { settle, tailOfLog } from './settle.ts';
import type { WatchedRun } from './watchedRun.ts';
import type { RunWatcher } from './watcher.ts';

const LOG_EXCERPT_BYTES = 2_000;

export class RunQueue {
  readonly #watcher: RunWatcher;
  readonly #launcher: Launcher;
  readonly #parallelism: number;
  readonly #log: Log;
  /** Runs whose trainer was started here and has not taken its lease yet. */
  readonly #starting = new Set<string>();
  /** Queued runs that could neither be started nor settled: not tried again by this daemon. */
  readonly #hopeless = new Set<string>();
  /** Whether somebody who may start runs has come. */
  #permitted = false;
  #ended = false;

  constructor(watcher: RunWatcher, launcher: Launcher, parallelism: number, log: Log) {
    this.#watcher = watcher;
    this.#launcher = launcher;
    this.#parallelism = parallelism;
    this.#log = log;
  }

  /** A workspace that nobody trusts may hold queued runs of whoever made it: nothing starts before this. */
  permit(): void {
    this.#permitted = true;
    this.advance();
  }

  /** True while a trainer was started here and does not hold its run yet. */
  isStarting(id: string): boolean {
    return this.#starting.has(id);
  }

  /** Starts what may be started. Called whenever anything changed. */
  advance(): void {
    if (this.#ended || !this.#permitted) return;
    const runs = this.#watcher.runs();
    for (const { id, summary } of runs.map((run) => ({ id: run.id, summary: run.summary() }))) {
      if (summary?.liveness !== 'queued') {
        // It has its trainer, or has ended: from now on it counts by itself.
        this.#starting.delete(id);
        this.#hopeless.delete(id);
      }
    }
    const isBusy = (run: WatchedRun): boolean => this.#starting.has(run.id) || isWorkedOn(run);
    let free = this.#parallelism - runs.filter(isBusy).length;
    for (const run of runs) {
      if (free <= 0) return;
      if (run.summary()?.liveness !== 'queued' || isBusy(run) || this.#hopeless.has(run.id)) continue;
      free--;
      void this.#start(run);
    }
  }

  /** True while a run waits that may be started, or is worked on: the daemon has something to look after. */
  isBusy(): boolean {
    return this.#watcher.runs().some((run) => {
      const liveness = run.summary()?.liveness;
      const mayStart = this.#permitted && !this.#hopeless.has(run.id);
      return liveness === 'live' || (liveness === 'queued' && mayStart);
    });
  }

  /** Starts nothing more; what runs goes on. */
  end(): void {
    this.#ended = true;
  }

  async #start(run: WatchedRun): Promise<void> {
    this.#starting.add(run.id);
    try {
      const { name, ended } = await this.#launcher.launch(run.runDir);
      this.#log(`started trainer ${name} for ${run.id}`);
      ended
        .then((end) => this.#trainerEnded(run, end))
        .catch((error: unknown) => {
          this.#log(`could not look after ${run.id}: ${String(error)}`);
        });
    } catch (error) {
      this.#log(`could not start a trainer for ${run.id}: ${String(error)}`);
      await this.#fail(run, `The trainer could not be started: ${String(error)}`);
    }
  }

  async #trainerEnded(run: WatchedRun, { code, signal }: TrainerEnd): Promise<void> {
    const how = signal === null ? `with exit code ${String(code)}` : `by ${signal}`;
    this.#log(`the trainer of ${run.id} ended ${how}`);
    if (this.#ended) {
      this.#starting.delete(run.id);
      return;
    }
    const fresh = await this.#watcher.look(run.id);
    if (fresh?.summary()?.liveness === 'queued' && !isWorkedOn(fresh)) {
      const tail = (await tailOfLog(run.runDir, LOG_EXCERPT_BYTES)).trim();
      await this.#fail(run, `The trainer ended ${how} before it began.${tail === '' ? '' : `\n${tail}`}`);
    }
    this.#starting.delete(run.id);
    this.advance();
  }

  /** A queued run that cannot be started must not be tried for ever. */
  async #fail(run: WatchedRun, message: string): Promise<void> {
    const next = "Read the run's log, mend the cause and resume the run.";
    try {
      await settle(run.runDir, (record) =>
        record.status === 'queued'
          ? { status: 'failed', error: { message, step: null, next }, endedAt: new Date().toISOString() }
          : null,
      );
    } catch (error) {
      // With `lease-held`, somebody else works on it, and all is well.
      if (!(error instanceof StoreError && error.code === 'lease-held')) {
        this.#hopeless.add(run.id);
        this.#log(`could not settle ${run.id}: ${String(error)}`);
      }
    } finally {
      this.#starting.delete(run.id);
    }
    await this.#watcher.look(run.id);
  }
}

/** True when a trainer works on a run, wherever it was started; also on a queued one that it has just taken. */
function isWorkedOn(run: WatchedRun): boolean {
  const liveness = run.summary()?.liveness;
  if (liveness !== 'queued') return liveness === 'live';
  const { lease } = run;
  return lease !== null && holderState(lease, { ...THIS_SYSTEM, now: Date.now() }) === 'held';
}
