/**
 * Results of comparisons, `<runs>/.comparisons/<digest>.json`, by a digest of everything that they are a function of.
 *
 * API: locateSubjects(runsFolder, request), comparisonDigest(request, located), readComparison, writeComparison.
 */
import { mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import {
  comparisonSchema,
  type Comparison,
  type ComparisonRequest,
  type Subject,
} from '../protocol/comparison.ts';
import type { RunRecord } from '../protocol/runRecord.ts';
import { writeJsonAtomic } from './atomicFile.ts';
import { checkpointDigest, type Checkpoint } from './checkpoints.ts';
import { chosenCheckpoint } from './chosenCheckpoint.ts';
import { StoreError } from './errors.ts';
import { readJson } from './jsonFile.ts';
import { readResolved, readRun } from './runs.ts';
import { sha256 } from './sha256.ts';

/** To be raised when the same networks would give other numbers. */
const ANALYSIS_VERSION = 1;
const COMPARISONS_FOLDER = '.comparisons';
/** About a tenth of a megabyte each. */
const KEPT = 200;

/** A subject with what it stands for at this moment. */
export interface LocatedSubject {
  readonly asked: Subject;
  readonly runDir: string;
  readonly record: RunRecord;
  readonly checkpoint: Checkpoint;
  /** SHA-256 of the checkpoint's list of digests. */
  readonly digest: string;
}

/** @throws StoreError where a run or a checkpoint is not there */
export function locateSubjects(
  runsFolder: string,
  { subjects }: Pick<ComparisonRequest, 'subjects'>,
): Promise<LocatedSubject[]> {
  return Promise.all(
    subjects.map(async (asked) => {
      const runDir = join(runsFolder, asked.run);
      const record = await readRun(runDir);
      const checkpoint = await chosenCheckpoint(runDir, asked.checkpoint);
      return { asked, runDir, record, checkpoint, digest: await checkpointDigest(checkpoint) };
    }),
  );
}

/** The same for the same question about the same files. Runs are named in the result, so their names count. */
export async function comparisonDigest(
  { split, resamples, seed, images }: ComparisonRequest,
  located: readonly LocatedSubject[],
): Promise<string> {
  const subjects = await Promise.all(
    located.map(async ({ asked, runDir, record, checkpoint, digest }) => ({
      run: record.id,
      step: checkpoint.step,
      role: asked.role,
      checkpoint: digest,
      // The configuration decides which samples are held out, and the data that the run saw.
      resolved: sha256(await readResolved(runDir)),
      data: record.digests['data'] ?? null,
    })),
  );
  const all = { analysis: ANALYSIS_VERSION, split, resamples, seed, images, subjects };
  return sha256(JSON.stringify(all));
}

const fileOf = (runsFolder: string, digest: string): string =>
  join(runsFolder, COMPARISONS_FOLDER, `${digest}.json`);

/** Null when there is none, or none that this version can read: it is computed again then. */
export async function readComparison(runsFolder: string, digest: string): Promise<Comparison | null> {
  try {
    const found = await readJson(fileOf(runsFolder, digest), comparisonSchema);
    return found?.digest === digest ? found : null;
  } catch (error) {
    if (error instanceof StoreError && error.code === 'invalid-file') return null;
    throw error;
  }
}

/** Results beyond the newest {@link KEPT} go: they can be computed again. */
export function writeComparison(runsFolder: string, comparison: Comparison): void {
  const folder = join(runsFolder, COMPARISONS_FOLDER);
  mkdirSync(folder, { recursive: true });
  writeJsonAtomic(fileOf(runsFolder, comparison.digest), z.encode(comparisonSchema, comparison));
  const files = readdirSync(folder)
    .filter((name) => /^[0-9a-f]{64}\.json$/u.test(name))
    .map((name) => ({ path: join(folder, name), writtenAt: statSync(join(folder, name)).mtimeMs }))
    .sort((a, b) => b.writtenAt - a.writtenAt);
  for (const { path } of files.slice(KEPT)) rmSync(path, { force: true });
}
