/**
 * Run directories: making, reading, listing.
 *
 * API: createRun(runsFolder, {…}) → {runDir, record}, readRun(runDir), writeRun(runDir, record), listRuns(runsFolder),
 * RESOLVED_FILE, LOG_FILE, experimentFile(runDir).
 */
import { existsSync, mkdirSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { z } from 'zod';
import {
  RUN_RECORD_VERSION,
  runIdSchema,
  runRecordSchema,
  type RunRecord,
  type RunStatus,
} from '../protocol/runRecord.ts';
import { writeFileAtomic, writeJsonAtomic } from './atomicFile.ts';
import { StoreError, systemErrorCode } from './errors.ts';
import { readJson } from './jsonFile.ts';
import { runName } from './runName.ts';

export const RECORD_FILE = 'run.json';
export const RESOLVED_FILE = 'resolved.yaml';
export const LOG_FILE = 'log.txt';

const NAME_ATTEMPTS = 20;

type Required =
  'experiment' | 'method' | 'model' | 'dataset' | 'seed' | 'headline' | 'totalSteps' | 'totalEpochs';

export interface NewRun {
  /** The experiment as the user wrote it, byte for byte. */
  experimentText: string;
  /** Its file's name; only whether it ends in `.json` matters. */
  experimentFileName: string;
  resolvedYaml: string;
  /** What is known before the start; everything else begins empty. */
  record: Pick<RunRecord, Required> & Partial<RunRecord>;
  /** `queued` waits for the daemon; `preparing` is for whoever takes the lease at once. */
  status?: Extract<RunStatus, 'queued' | 'preparing'>;
  now?: Date;
}

/**
 * Makes a run directory with a name of its own. `run.json` comes last, so that a directory which has one is complete.
 * @throws StoreError `unwritable-folder`, or `no-space-for-name` when twenty random names were all taken.
 */
export function createRun(
  runsFolder: string,
  { experimentText, experimentFileName, resolvedYaml, record, status = 'queued', now = new Date() }: NewRun,
): { runDir: string; record: RunRecord } {
  makeRunsFolder(runsFolder);
  const { id, runDir } = makeDirectory(runsFolder, record, now);
  const full: RunRecord = {
    overrides: [],
    stage: null,
    stages: [],
    step: 0,
    epoch: 0,
    best: null,
    test: null,
    collapsed: null,
    error: null,
    startedAt: null,
    endedAt: null,
    activeSeconds: 0,
    backend: null,
    environment: {},
    digests: {},
    parent: null,
    roles: [],
    ...record,
    version: RUN_RECORD_VERSION,
    id,
    status,
    createdAt: now.toISOString(),
  };
  const experimentName = experimentFileName.endsWith('.json') ? 'experiment.json' : 'experiment.yaml';
  writeFileAtomic(join(runDir, experimentName), experimentText);
  writeFileAtomic(join(runDir, RESOLVED_FILE), resolvedYaml);
  writeRun(runDir, full);
  return { runDir, record: full };
}

/**
 * Where the parent exists only the folder itself is made: Node's recursive creation never returns on a file system that
 * refuses with ENOENT, as /proc does.
 * @throws StoreError `unwritable-folder`
 */
function makeRunsFolder(runsFolder: string): void {
  if (existsSync(runsFolder)) return;
  try {
    mkdirSync(runsFolder, { recursive: !existsSync(dirname(runsFolder)) });
  } catch (error) {
    throw unwritable(runsFolder, error);
  }
}

const unwritable = (runsFolder: string, error: unknown): StoreError =>
  new StoreError(
    'unwritable-folder',
    `No run can be made in ${runsFolder}: ${error instanceof Error ? error.message : String(error)}`,
    'Choose another folder with --runs, or make this one writable.',
    error,
  );

function makeDirectory(
  runsFolder: string,
  record: Parameters<typeof runName>[0],
  now: Date,
): { id: string; runDir: string } {
  for (let attempt = 0; attempt < NAME_ATTEMPTS; attempt++) {
    const id = runName(record, now);
    const runDir = join(runsFolder, id);
    try {
      mkdirSync(runDir);
      return { id, runDir };
    } catch (error) {
      if (systemErrorCode(error) !== 'EEXIST') throw unwritable(runsFolder, error);
    }
  }
  throw new StoreError(
    'no-space-for-name',
    `No free name for a run directory in ${runsFolder} after ${NAME_ATTEMPTS} attempts.`,
    'Wait a second and try again, or choose another runs folder.',
  );
}

/** The `id` of a run that was copied is its directory's name. @throws StoreError `missing-file` or `invalid-file`. */
export async function readRun(runDir: string): Promise<RunRecord> {
  const record = await readJson(join(runDir, RECORD_FILE), runRecordSchema);
  if (record !== null) return { ...record, id: basename(runDir) };
  throw new StoreError(
    'missing-file',
    `${runDir} has no ${RECORD_FILE}: it is not a run directory, or still being made.`,
    'Check the path.',
  );
}

/** Replaces `run.json`. Only for the submitter before the start, and the lease's holder after it. */
export function writeRun(runDir: string, record: RunRecord): void {
  writeJsonAtomic(join(runDir, RECORD_FILE), z.encode(runRecordSchema, record));
}

/** The experiment as the user wrote it. */
export function experimentFile(runDir: string): string {
  const json = join(runDir, 'experiment.json');
  return existsSync(json) ? json : join(runDir, 'experiment.yaml');
}

export interface RunListing {
  /** Oldest first. `id` of a record that was copied is corrected to its directory's name. */
  runs: { runDir: string; record: RunRecord }[];
  /** Directories that are no readable run. */
  problems: { name: string; message: string }[];
}

/** Every run in a folder. A missing folder has none; what cannot be read is reported and does not hide the others. */
export async function listRuns(runsFolder: string): Promise<RunListing> {
  const listing: RunListing = { runs: [], problems: [] };
  for (const name of await runNames(runsFolder)) {
    const runDir = join(runsFolder, name);
    try {
      listing.runs.push({ runDir, record: await readRun(runDir) });
    } catch (error) {
      listing.problems.push({ name, message: error instanceof Error ? error.message : String(error) });
    }
  }
  // Stable, and by time: names have seconds only.
  listing.runs.sort((a, b) => Date.parse(a.record.createdAt) - Date.parse(b.record.createdAt));
  return listing;
}

/** Names of the directories that may be runs, sorted. */
export async function runNames(runsFolder: string): Promise<string[]> {
  try {
    const entries = await readdir(runsFolder, { withFileTypes: true });
    return entries
      .filter((entry) => entry.isDirectory() && runIdSchema.safeParse(entry.name).success)
      .map((entry) => entry.name)
      .sort();
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return [];
    throw error;
  }
}
