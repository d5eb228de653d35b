/**
 * Checkpoints: folders `checkpoints/step-<n>/` that appear whole or not at all, with the SHA-256 of every file.
 *
 * API: writeCheckpoint(runDir, step, files, {guard}), listCheckpoints(runDir), verifyCheckpoint(checkpoint),
 * readCheckpoint(checkpoint), checkpointDigest(checkpoint), newestValid(runDir), clearUnfinished(runDir).
 */
import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join, posix, sep } from 'node:path';
import { z } from 'zod';
import { renameOver, syncFolder, temporaryName } from './atomicFile.ts';
import { StoreError, systemErrorCode } from './errors.ts';
import { readJson } from './jsonFile.ts';
import { sha256 } from './sha256.ts';

const DIGEST_FILE = 'digest.json';

const digestSchema = z.object({
  version: z.literal(1),
  step: z.int().min(0),
  /** Lower-case hexadecimal SHA-256 by path. */
  files: z.record(z.string(), z.string().regex(/^[0-9a-f]{64}$/)),
});

export interface Checkpoint {
  step: number;
  /** The checkpoint's folder. */
  path: string;
}

/** Paths use `/`, relative to the checkpoint. */
export type CheckpointFiles = Map<string, Uint8Array>;

export function checkpointsFolder(runDir: string): string {
  return join(runDir, 'checkpoints');
}

/** Where the checkpoint of a step lies, relative to the run directory. */
export function checkpointName(step: number): string {
  return `checkpoints/step-${step}`;
}

function isInside(path: string): boolean {
  return (
    posix.normalize(path) === path &&
    !posix.isAbsolute(path) &&
    !path.startsWith('..') &&
    !path.includes('\\')
  );
}

/** Writes and syncs a tree of files below a folder that does not exist yet. */
function writeTree(root: string, files: CheckpointFiles): void {
  const folders = new Set([root]);
  for (const [path, bytes] of files) {
    const target = join(root, ...path.split('/'));
    for (let folder = dirname(target); folder !== root; folder = dirname(folder)) folders.add(folder);
    mkdirSync(dirname(target), { recursive: true });
    const handle = openSync(target, 'wx');
    try {
      writeFileSync(handle, bytes);
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
  }
  for (const folder of folders) syncFolder(folder);
}

/**
 * Writes a checkpoint. The caller has synced the events up to `step` before. `guard` (`lease.check`) is asked right before
 * the rename that makes it visible. An existing checkpoint of the same step is replaced.
 */
export function writeCheckpoint(
  runDir: string,
  step: number,
  files: CheckpointFiles,
  { guard = () => undefined }: { guard?: () => void } = {},
): Checkpoint {
  for (const path of files.keys()) {
    if (isInside(path) && path !== DIGEST_FILE) continue;
    throw new StoreError(
      'invalid-path',
      `'${path}' cannot be a file of a checkpoint.`,
      'Use relative paths with forward slashes.',
    );
  }
  const folder = checkpointsFolder(runDir);
  mkdirSync(folder, { recursive: true });
  const path = join(runDir, ...checkpointName(step).split('/'));
  const temporary = temporaryName(path);
  const digests = Object.fromEntries([...files].map(([name, bytes]) => [name, sha256(bytes)]));
  const digest = Buffer.from(`${JSON.stringify({ version: 1, step, files: digests }, null, 2)}\n`);
  try {
    mkdirSync(temporary);
    writeTree(temporary, new Map([...files, [DIGEST_FILE, digest]]));
    guard();
    moveIntoPlace(temporary, path);
  } catch (error) {
    rmSync(temporary, { recursive: true, force: true });
    throw error;
  }
  syncFolder(folder);
  return { step, path };
}

function moveIntoPlace(temporary: string, path: string): void {
  if (!existsSync(path)) {
    renameOver(temporary, path);
    return;
  }
  // Only a broken checkpoint, or one that is being repeated, is ever in the way.
  const old = temporaryName(path);
  renameOver(path, old);
  renameOver(temporary, path);
  rmSync(old, { recursive: true, force: true });
}

/** Removes what writers that were killed left unfinished. Only for the lease's holder, before it writes. */
export async function clearUnfinished(runDir: string): Promise<void> {
  const folder = checkpointsFolder(runDir);
  if (!existsSync(folder)) return;
  for (const name of await readdir(folder))
    if (/^\.step-\d+\..+\.tmp$/.test(name)) rmSync(join(folder, name), { recursive: true, force: true });
}

/** Every checkpoint of a run, oldest first, sound or not. */
export async function listCheckpoints(runDir: string): Promise<Checkpoint[]> {
  const folder = checkpointsFolder(runDir);
  let names: string[];
  try {
    names = await readdir(folder);
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return [];
    throw error;
  }
  return names
    .flatMap((name) => {
      const step = /^step-(\d+)$/.exec(name)?.[1];
      return step === undefined ? [] : [{ step: Number(step), path: join(folder, name) }];
    })
    .sort((a, b) => a.step - b.step);
}

/** All files, if every one is there and has its digest. @throws StoreError that names the first fault. */
export async function readCheckpoint(checkpoint: Checkpoint): Promise<CheckpointFiles> {
  const broken = (reason: string, cause?: unknown): StoreError =>
    new StoreError(
      'invalid-file',
      `The checkpoint ${checkpoint.path} is broken: ${reason}.`,
      'An older checkpoint is used instead where there is one.',
      cause,
    );
  const digest = await readJson(join(checkpoint.path, DIGEST_FILE), digestSchema);
  if (digest === null) throw broken(`${DIGEST_FILE} is missing`);
  if (digest.step !== checkpoint.step) throw broken(`its digest is of step ${digest.step}`);
  const files: CheckpointFiles = new Map();
  for (const [path, expected] of Object.entries(digest.files)) {
    if (!isInside(path)) throw broken(`'${path}' leads out of it`);
    let bytes: Buffer;
    try {
      bytes = await readFile(join(checkpoint.path, path.replaceAll('/', sep)));
    } catch (error) {
      if (!existsSync(checkpoint.path))
        throw new StoreError(
          'missing-file',
          `The checkpoint ${checkpoint.path} was removed while it was read: newer ones have taken its place.`,
          'Choose a newer checkpoint.',
          error,
        );
      throw broken(
        `${path} cannot be read (${error instanceof Error ? error.message : String(error)})`,
        error,
      );
    }
    if (sha256(bytes) !== expected) throw broken(`${path} does not have its digest`);
    files.set(path, bytes);
  }
  return files;
}

/** SHA-256 of the list of digests: one word for what is in the checkpoint. @throws StoreError when it has no list */
export async function checkpointDigest({ path, step }: Checkpoint): Promise<string> {
  const digest = await readJson(join(path, DIGEST_FILE), digestSchema);
  if (digest !== null)
    return sha256(Buffer.from(JSON.stringify([digest.step, ...Object.entries(digest.files)])));
  throw new StoreError(
    'invalid-file',
    `The checkpoint of step ${step} is broken: ${join(path, DIGEST_FILE)} is missing.`,
    'Choose another checkpoint.',
  );
}

/** Null when the checkpoint is sound, else what is wrong with it. */
export async function verifyCheckpoint(checkpoint: Checkpoint): Promise<string | null> {
  try {
    await readCheckpoint(checkpoint);
    return null;
  } catch (error) {
    if (error instanceof StoreError) return error.message;
    throw error;
  }
}

export interface NewestValid {
  checkpoint: Checkpoint | null;
  files: CheckpointFiles;
  /** One message for each newer checkpoint that was passed over. */
  skipped: string[];
}

/** The newest checkpoint whose digests hold, read. */
export async function newestValid(runDir: string): Promise<NewestValid> {
  const skipped: string[] = [];
  for (const checkpoint of (await listCheckpoints(runDir)).reverse()) {
    try {
      return { checkpoint, files: await readCheckpoint(checkpoint), skipped };
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      skipped.push(error.message);
    }
  }
  return { checkpoint: null, files: new Map(), skipped };
}
