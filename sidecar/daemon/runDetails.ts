/**
 * What clients can read of runs beyond their summary and series.
 *
 * API: new RunDetails(watcher, experiments, log), show, kept, parameters, probe.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ZodType } from 'zod';
import type { RequestParams, RequestResult } from '../protocol/messages.ts';
import { describeCheckpoint } from '../store/checkpointInfo.ts';
import { listCheckpoints } from '../store/checkpoints.ts';
import { StoreError } from '../store/errors.ts';
import { readJson } from '../store/jsonFile.ts';
import { experimentFile, readResolved, RESOLVED_FILE } from '../store/runs.ts';
import type { Experiments } from './experiments.ts';
import { fileStamp } from './fileStamp.ts';
import { findRun } from './findRun.ts';
import type { Log } from './log.ts';
import { tailOfLog } from './settle.ts';
import type { RunWatcher } from './watcher.ts';

const LOG_TAIL_BYTES = 64 << 10;

interface Parameters {
  /** Of the file when it was read. */
  stamp: string;
  /** Null when it cannot be read. */
  values: Record<string, string> | null;
}

export class RunDetails {
  readonly #watcher: RunWatcher;
  readonly #experiments: Experiments;
  readonly #log: Log;
  readonly #parameters = new Map<string, Parameters>();

  constructor(watcher: RunWatcher, experiments: Experiments, log: Log) {
    this.#watcher = watcher;
    this.#experiments = experiments;
    this.#log = log;
  }

  async show(id: string): Promise<RequestResult<'runs/show'>> {
    const { run, summary } = await findRun(this.#watcher, id);
    const file = experimentFile(run.runDir);
    const checkpoints = await Promise.all((await listCheckpoints(run.runDir)).map(describeCheckpoint));
    return {
      summary,
      directory: run.runDir,
      experimentFile: file,
      experimentText: await readFile(file, 'utf8'),
      resolvedText: await readResolved(run.runDir),
      checkpoints: checkpoints.filter((checkpoint) => checkpoint !== null),
      logTail: await tailOfLog(run.runDir, LOG_TAIL_BYTES),
    };
  }

  /** What the trainer kept in a file for people to see; null when there is none, or another version wrote it. */
  async kept<T>(id: string, name: string, schema: ZodType<T>): Promise<T | null> {
    const { run } = await findRun(this.#watcher, id);
    try {
      return await readJson(join(run.runDir, name), schema);
    } catch (error) {
      if (!(error instanceof StoreError && error.code === 'invalid-file')) throw error;
      this.#log(error.message);
      return null;
    }
  }

  /** Whether a data set could be opened for an experiment. */
  probe(params: RequestParams<'system/data'>): RequestResult<'system/data'> {
    return this.#experiments.probe(params);
  }

  /** Each file is read once, until it changes. */
  async parameters(ids: readonly string[]): Promise<RequestResult<'runs/parameters'>> {
    const found = await Promise.all(ids.map(async (id) => [id, await this.#parametersOf(id)] as const));
    return {
      parameters: Object.fromEntries(found.flatMap(([id, values]) => (values ? [[id, values]] : []))),
    };
  }

  async #parametersOf(id: string): Promise<Parameters['values']> {
    const run = this.#watcher.get(id);
    if (run === undefined) return null;
    const file = join(run.runDir, RESOLVED_FILE);
    const stamp = await fileStamp(file);
    const known = this.#parameters.get(id);
    if (known?.stamp === stamp) return known.values;
    const values = await this.#read(file);
    this.#parameters.set(id, { stamp, values });
    return values;
  }

  async #read(file: string): Promise<Parameters['values']> {
    try {
      return this.#experiments.parameters(await readFile(file, 'utf8'));
    } catch (error) {
      this.#log(`cannot read ${file}: ${String(error)}`);
      return null;
    }
  }
}
