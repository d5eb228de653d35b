/**
 * What clients can do to runs. Live trainers are never signalled: the wish is written down, and they reconcile.
 *
 * API: RunActions.start, branch, repeat, stop, pause, resume, checkpoint, remove annotate.
 */
import { existsSync, mkdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { RequestParams, RequestResult } from '../protocol/messages.ts';
import { renameOver } from '../store/atomicFile.ts';
import { requestCheckpoint, setWanted } from '../store/control.ts';
import { Lease } from '../store/lease.ts';
import { annotate } from '../store/notes.ts';
import type { Experiments, PreparedRun } from './experiments.ts';
import { findRun, wrongState, type FoundRun } from './findRun.ts';
import type { RunQueue } from './queue.ts';
import { settle } from './settle.ts';
import type { RunWatcher } from './watcher.ts';

const BY = 'daemon';
const TRASH_FOLDER = '.trash';
const LOOK_EVERY_MS = 50;
const START_PATIENCE_MS = 20_000;

/** The wish is written down; `runs/changed` tells what comes of it. */
type Done = Record<string, never>;

export class RunActions {
  readonly #runsFolder: string;
  readonly #watcher: RunWatcher;
  readonly #experiments: Experiments;
  readonly #queue: RunQueue;

  constructor(runsFolder: string, watcher: RunWatcher, experiments: Experiments, queue: RunQueue) {
    this.#runsFolder = runsFolder;
    this.#watcher = watcher;
    this.#experiments = experiments;
    this.#queue = queue;
  }

  async start(request: RequestParams<'runs/start'>): Promise<RequestResult<'runs/start'>> {
    return this.#submitted(await this.#experiments.start(request, this.#runsFolder));
  }

  async branch({
    run: id,
    step,
    overrides,
  }: RequestParams<'runs/branch'>): Promise<RequestResult<'runs/branch'>> {
    const { run } = await findRun(this.#watcher, id);
    return this.#submitted(await this.#experiments.branch({ runDir: run.runDir, step, overrides }));
  }

  async repeat({ run: id, despite }: RequestParams<'runs/repeat'>): Promise<RequestResult<'runs/repeat'>> {
    const { run } = await findRun(this.#watcher, id);
    const repeated = await this.#experiments.repeat({ runDir: run.runDir, despite });
    return repeated.kind === 'obstructed' ? repeated : this.#submitted(repeated);
  }

  /** A live run is asked to stop; one that nobody works on ends at once. */
  async stop(id: string): Promise<Done> {
    const { run, summary } = await this.#begun(id);
    switch (summary.liveness) {
      case 'live':
        setWanted(run.runDir, 'stop', BY);
        break;
      case 'queued':
      case 'lost':
        await settle(run.runDir, () => ({ status: 'stopped', endedAt: new Date().toISOString() }));
        break;
      case 'ended':
        throw wrongState(summary, 'cannot be stopped');
    }
    await this.#watcher.look(id);
    return {};
  }

  async pause(id: string): Promise<Done> {
    const { run, summary } = await findRun(this.#watcher, id);
    if (summary.liveness !== 'live') throw wrongState(summary, 'cannot be paused');
    setWanted(run.runDir, 'pause', BY);
    await this.#watcher.look(id);
    return {};
  }

  async resume(id: string): Promise<RequestResult<'runs/resume'>> {
    const { run, summary } = await findRun(this.#watcher, id);
    if (summary.liveness === 'live') {
      setWanted(run.runDir, 'run', BY);
      await this.#watcher.look(id);
      return { how: 'unpaused' };
    }
    if (summary.liveness === 'queued' || summary.record.status === 'completed') {
      throw wrongState(summary, 'has nothing to resume');
    }
    await settle(run.runDir, () => ({ status: 'queued', endedAt: null, error: null }));
    setWanted(run.runDir, 'run', BY);
    await this.#watcher.look(id);
    return { how: 'queued' };
  }

  async checkpoint(id: string): Promise<Done> {
    const { run, summary } = await findRun(this.#watcher, id);
    if (summary.liveness !== 'live') throw wrongState(summary, 'cannot make a checkpoint');
    requestCheckpoint(run.runDir, BY);
    return {};
  }

  /** Moves the directory away; nothing is ever erased here. */
  async remove(id: string): Promise<{ movedTo: string }> {
    const { run, summary } = await findRun(this.#watcher, id);
    if (summary.liveness === 'live' || summary.liveness === 'queued') {
      throw wrongState(summary, 'cannot be deleted', 'Stop it first.');
    }
    // Whoever still thought it held the run finds its lease gone.
    const lease = await Lease.acquire(run.runDir);
    lease.release();
    const trash = join(this.#runsFolder, TRASH_FOLDER);
    mkdirSync(trash, { recursive: true });
    let movedTo = join(trash, id);
    for (let copy = 2; existsSync(movedTo); copy++) movedTo = join(trash, `${id}.${copy}`);
    renameOver(run.runDir, movedTo);
    await this.#watcher.look(id);
    return { movedTo };
  }

  async annotate({
    run: id,
    changes,
  }: RequestParams<'runs/annotate'>): Promise<RequestResult<'runs/annotate'>> {
    const { run } = await findRun(this.#watcher, id);
    const given = Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined));
    const notes = await annotate(run.runDir, given);
    await this.#watcher.look(id);
    return { notes };
  }

  /** A trainer that was just started wants its run to run, so it would undo what is done to the run before it has it. */
  async #begun(id: string): Promise<FoundRun> {
    for (const deadline = Date.now() + START_PATIENCE_MS; ;) {
      const found = await findRun(this.#watcher, id);
      if (found.summary.liveness !== 'queued' || !this.#queue.isStarting(id)) return found;
      if (Date.now() >= deadline) throw wrongState(found.summary, 'is just being started', 'Try again.');
      await pause(LOOK_EVERY_MS);
    }
  }

  async #submitted(prepared: PreparedRun): Promise<RequestResult<'runs/start'>> {
    switch (prepared.kind) {
      case 'rejected':
        return prepared;
      case 'queued': {
        const { summary } = await findRun(this.#watcher, basename(prepared.runDir));
        return { kind: 'queued', run: summary, findings: prepared.findings };
      }
    }
  }
}
