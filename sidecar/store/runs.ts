/**
 * Run directories: making, reading, listing.
 *
 * API: createRun(runsFolder, {…}) → {runDir, record}, readRun(runDir), writeRun(runDir, record), readResolved(runDir),
 * listRuns(runsFolder), RESOLVED_FILE, LOG_FILE, PREDICTIONS_FILE, EXHIBITS_FILE, VIEWS_FILE, PATCH_FILE,
 * experimentFile(runDir).
 */
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { z } from 'zod';
import {
  RUN_RECORD_VERSION,
  runIdSchema,
  runRecordSchema,
  type RunRecord,
  type RunStatus,
} from '../protocol/runRecord.ts';
import { renameOver, syncFolder, temporaryName, writeFileAtomic, writeJsonAtomic } from './atomicFile.ts';
import { writeCheckpoint, type CheckpointFiles } from './checkpoints.ts';
import { StoreError, systemErrorCode } from './errors.ts';
import { readJson } from './jsonFile.ts';
import { runName } from './runName.ts';

export const RECORD_FILE = 'run.json';
export const RESOLVED_FILE = 'resolved.yaml';
export const LOG_FILE = 'log.txt';
export const PREDICTIONS_FILE = 'predictions.json';
export const EXHIBITS_FILE = 'exhibits.json';
export const VIEWS_FILE = 'views.json';
/** Networks of other runs that this one began with. */
export const WEIGHTS_FOLDER = 'weights';
/** Uncommitted changes of the work tree that the experiment was in. */
export const PATCH_FILE = 'workspace.patch';

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
  /** Where it begins, if not at step 0. */
  checkpoint?: { step: number; files: CheckpointFiles };
  /** Networks that the run begins with, by path below `weights/`. */
  weights?: CheckpointFiles;
  /** Kept as `workspace.patch`. */
  patch?: string | null;
  now?: Date;
}

/**
 * Makes a run directory with a name of its own. It appears whole or not at all: until then it has a hidden name, which
 * nobody takes for a run.
 * @throws StoreError `unwritable-folder`, or `no-space-for-name` when twenty random names were all taken.
 */
export function createRun(
  runsFolder: string,
  { experimentText, experimentFileName, resolvedYaml, record, checkpoint, weights, patch, ...rest }: NewRun,
): { runDir: string; record: RunRecord } {
  const { status = 'queued', now = new Date() } = rest;
  makeRunsFolder(runsFolder);
  const full = (id: string): RunRecord => ({
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
  });
  const experimentName = experimentFileName.endsWith('.json') ? 'experiment.json' : 'experiment.yaml';
  const hidden = makeHidden(runsFolder);
  try {
    writeFileAtomic(join(hidden, experimentName), experimentText);
    writeFileAtomic(join(hidden, RESOLVED_FILE), resolvedYaml);
    if (typeof patch === 'string') writeFileAtomic(join(hidden, PATCH_FILE), patch);
    for (const [path, bytes] of weights ?? []) {
      mkdirSync(dirname(join(hidden, WEIGHTS_FOLDER, path)), { recursive: true });
      writeFileAtomic(join(hidden, WEIGHTS_FOLDER, path), bytes);
    }
    if (checkpoint !== undefined) writeCheckpoint(hidden, checkpoint.step, checkpoint.files);
    for (let attempt = 0; attempt < NAME_ATTEMPTS; attempt++) {
      const id = runName(record, now);
      const runDir = join(runsFolder, id);
      writeRun(hidden, full(id));
      if (appears(hidden, runDir)) return { runDir, record: full(id) };
    }
  } catch (error) {
    rmSync(hidden, { recursive: true, force: true });
    throw error;
  }
  rmSync(hidden, { recursive: true, force: true });
  throw new StoreError(
    'no-space-for-name',
    `No free name for a run directory in ${runsFolder} after ${NAME_ATTEMPTS} attempts.`,
    'Wait a second and try again, or choose another runs folder.',
  );
}

function makeHidden(runsFolder: string): string {
  const hidden = temporaryName(join(runsFolder, 'run'));
  try {
    mkdirSync(hidden);
    return hidden;
  } catch (error) {
    throw unwritable(runsFolder, error);
  }
}

/** False when the name is taken: a folder that is not empty is never replaced by a rename. */
function appears(hidden: string, runDir: string): boolean {
  if (existsSync(runDir)) return false;
  try {
    renameOver(hidden, runDir);
  } catch (error) {
    if (['EEXIST', 'ENOTEMPTY'].includes(systemErrorCode(error) ?? '')) return false;
    throw error;
  }
  syncFolder(dirname(runDir));
  return true;
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

/** What a run really runs, as YAML. @throws StoreError `missing-file` */
export async function readResolved(runDir: string): Promise<string> {
  try {
    return await readFile(join(runDir, RESOLVED_FILE), 'utf8');
  } catch (error) {
    if (systemErrorCode(error) !== 'ENOENT') throw error;
    throw new StoreError(
      'missing-file',
      `${runDir} has no ${RESOLVED_FILE}, so nobody can tell what it ran.`,
      'Restore the file from a copy, or start a new run from its experiment file.',
      error,
    );
  }
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
