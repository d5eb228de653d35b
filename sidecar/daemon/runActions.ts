/**
 * What clients can do to runs. Live trainers are never signalled: the wish is written down, and they reconcile.
 *
 * API: RunActions.start, stop, pause, resume, checkpoint, remove, show, annotate.
 */
import { existsSync, mkdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { ProtocolError } from '../protocol/errors.ts';
import type { RequestParams, RequestResult } from '../protocol/messages.ts';
import type { RunStatus } from '../protocol/runRecord.ts';
import type { RunSummary } from '../protocol/runSummary.ts';
import { renameOver } from '../store/atomicFile.ts';
import { listCheckpoints } from '../store/checkpoints.ts';
import { requestCheckpoint, setWanted } from '../store/control.ts';
import { Lease } from '../store/lease.ts';
import { annotate } from '../store/notes.ts';
import { experimentFile, RESOLVED_FILE } from '../store/runs.ts';
import type { PrepareRun } from './prepareRun.ts';
import { settle, tailOfLog } from './settle.ts';
import type { WatchedRun } from './watchedRun.ts';
import type { RunWatcher } from './watcher.ts';

const BY = 'daemon';
const LOG_TAIL_BYTES = 64 << 10;
const TRASH_FOLDER = '.trash';

/** The wish is written down; `runs/changed` tells what comes of it. */
type Done = Record<string, never>;

interface FoundRun {
  run: WatchedRun;
  summary: RunSummary;
}

export class RunActions {
  readonly #runsFolder: string;
  readonly #watcher: RunWatcher;
  readonly #prepareRun: PrepareRun;

  constructor(runsFolder: string, watcher: RunWatcher, prepareRun: PrepareRun) {
    this.#runsFolder = runsFolder;
    this.#watcher = watcher;
    this.#prepareRun = prepareRun;
  }

  async start(request: RequestParams<'runs/start'>): Promise<RequestResult<'runs/start'>> {
    const prepared = await this.#prepareRun(request, this.#runsFolder);
    switch (prepared.kind) {
      case 'rejected':
        return prepared;
      case 'queued': {
        const { summary } = await this.find(basename(prepared.runDir));
        return { kind: 'queued', run: summary, findings: prepared.findings };
      }
    }
  }

  /** A live run is asked to stop; one that nobody works on ends at once. */
  async stop(id: string): Promise<Done> {
    const { run, summary } = await this.find(id);
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
    const { run, summary } = await this.find(id);
    if (summary.liveness !== 'live') throw wrongState(summary, 'cannot be paused');
    setWanted(run.runDir, 'pause', BY);
    await this.#watcher.look(id);
    return {};
  }

  async resume(id: string): Promise<RequestResult<'runs/resume'>> {
    const { run, summary } = await this.find(id);
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
    const { run, summary } = await this.find(id);
    if (summary.liveness !== 'live') throw wrongState(summary, 'cannot make a checkpoint');
    requestCheckpoint(run.runDir, BY);
    return {};
  }

  /** Moves the directory away; nothing is ever erased here. */
  async remove(id: string): Promise<{ movedTo: string }> {
    const { run, summary } = await this.find(id);
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

  async show(id: string): Promise<RequestResult<'runs/show'>> {
    const { run, summary } = await this.find(id);
    const file = experimentFile(run.runDir);
    return {
      summary,
      directory: run.runDir,
      experimentFile: file,
      experimentText: await readFile(file, 'utf8'),
      resolvedText: await readFile(join(run.runDir, RESOLVED_FILE), 'utf8'),
      checkpoints: await listCheckpoints(run.runDir),
      logTail: await tailOfLog(run.runDir, LOG_TAIL_BYTES),
    };
  }

  async annotate({
    run: id,
    changes,
  }: RequestParams<'runs/annotate'>): Promise<RequestResult<'runs/annotate'>> {
    const { run } = await this.find(id);
    const given = Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined));
    const notes = await annotate(run.runDir, given);
    await this.#watcher.look(id);
    return { notes };
  }

  /** The run as it is now. @throws ProtocolError `run-not-found`. */
  async find(id: string): Promise<FoundRun> {
    const run = await this.#watcher.look(id);
    const summary = run?.summary();
    if (run !== undefined && summary) return { run, summary };
    throw new ProtocolError(
      'run-not-found',
      `There is no run ${id} in ${this.#runsFolder}.`,
      'List the runs.',
    );
  }
}

function describe({ liveness, record }: RunSummary): RunStatus | 'lost' {
  return liveness === 'lost' ? 'lost' : record.status;
}

function wrongState(summary: RunSummary, cannot: string, next = 'Look at its state first.'): ProtocolError {
  const message = `The run ${summary.record.id} is ${describe(summary)} and ${cannot}.`;
  return new ProtocolError('wrong-state', message, next);
}
