/**
 * What can be told of a checkpoint without reading its tensors.
 *
 * API: describeCheckpoint(checkpoint), scoreOf(checkpoint).
 */
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { Checkpoint } from './checkpoints.ts';
import { StoreError, systemErrorCode } from './errors.ts';
import { readJson } from './jsonFile.ts';

export interface CheckpointInfo extends Checkpoint {
  /** Of all its files. */
  bytes: number;
  /** ISO 8601. */
  savedAt: string;
  /** Headline value at its step; null when that was not evaluated, or was not finite. */
  score: number | null;
}

/** The part of `state.json` that matters here; a missing or non-finite score is no candidate for the best. */
const scoreSchema = z.looseObject({ score: z.number().nullable().catch(null).default(null) });

/** Null when there is none that counts. */
export async function scoreOf(checkpoint: Checkpoint): Promise<number | null> {
  try {
    return (await readJson(join(checkpoint.path, 'state.json'), scoreSchema))?.score ?? null;
  } catch (error) {
    // A broken one is not the best; whether it stays is up to its age.
    if (error instanceof StoreError) return null;
    throw error;
  }
}

/** Null when the checkpoint was deleted meanwhile. */
export async function describeCheckpoint(checkpoint: Checkpoint): Promise<CheckpointInfo | null> {
  try {
    const entries = await readdir(checkpoint.path, { recursive: true, withFileTypes: true });
    const files = entries.filter((entry) => entry.isFile());
    const sizes = await Promise.all(
      files.map(async ({ parentPath, name }) => (await stat(join(parentPath, name))).size),
    );
    return {
      ...checkpoint,
      bytes: sizes.reduce((total, size) => total + size, 0),
      savedAt: (await stat(checkpoint.path)).mtime.toISOString(),
      score: await scoreOf(checkpoint),
    };
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return null;
    throw error;
  }
}
