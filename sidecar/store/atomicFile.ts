/**
 * Small files that are never seen half-written: temporary name in the same folder, fsync, rename.
 * Synchronous on purpose: the files are tiny, and a timer or an exit handler must be able to finish them.
 *
 * API: writeFileAtomic, writeJsonAtomic, createExclusive, renameOver, syncFolder, temporaryName.
 */
import { randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, linkSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { systemErrorCode } from './errors.ts';

export interface AtomicOptions {
  /** Permissions of the file, 0o644 unless told. */
  mode?: number;
  /** False leaves out the fsyncs: still never half-written, but a power cut may bring the old content back. */
  durable?: boolean;
}

const RENAME_ATTEMPTS = 10;
const RENAME_PAUSE_MS = 20;

/** A hidden name beside `path` that nothing else uses. It never contains `tfevents`, so TensorBoard ignores it. */
export function temporaryName(path: string): string {
  const base = basename(path).replaceAll('tfevents', 'events');
  return join(dirname(path), `.${base}.${randomBytes(6).toString('hex')}.tmp`);
}

/** Makes created and renamed entries of a folder durable. Where folders cannot be opened (Windows) this is a no-op. */
export function syncFolder(folder: string): void {
  let handle: number;
  try {
    handle = openSync(folder, 'r');
  } catch (error) {
    if (process.platform === 'win32') return;
    throw error;
  }
  try {
    fsyncSync(handle);
  } catch (error) {
    // Some network file systems refuse fsync on folders; their rename is durable by itself.
    if (!['EINVAL', 'EPERM', 'ENOTSUP', 'EISDIR'].includes(systemErrorCode(error) ?? '')) throw error;
  } finally {
    closeSync(handle);
  }
}

function writeNew(
  path: string,
  data: string | Uint8Array,
  { mode = 0o644, durable = true }: AtomicOptions,
): void {
  const handle = openSync(path, 'wx', mode);
  try {
    writeFileSync(handle, data);
    if (durable) fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

/** Renames; on Windows a reader may hold the target open for a moment, so it is tried again for a fifth of a second. */
export function renameOver(from: string, to: string): void {
  for (let attempt = 1; ; attempt++) {
    try {
      renameSync(from, to);
      return;
    } catch (error) {
      const busy = ['EPERM', 'EACCES', 'EBUSY'].includes(systemErrorCode(error) ?? '');
      if (process.platform !== 'win32' || !busy || attempt === RENAME_ATTEMPTS) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, RENAME_PAUSE_MS);
    }
  }
}

/** Replaces `path` as a whole. On failure the old content stays and the temporary file is removed. */
export function writeFileAtomic(path: string, data: string | Uint8Array, options: AtomicOptions = {}): void {
  const temporary = temporaryName(path);
  try {
    writeNew(temporary, data, options);
    renameOver(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
  if (options.durable ?? true) syncFolder(dirname(path));
}

/** As {@link writeFileAtomic}, as indented JSON. */
export function writeJsonAtomic(path: string, value: unknown, options: AtomicOptions = {}): void {
  writeFileAtomic(path, `${JSON.stringify(value, null, 2)}\n`, options);
}

/**
 * Creates `path` with its whole content, or returns false when it exists. Among racing processes exactly one gets true,
 * and nobody ever sees the file half-written: the content is written under another name and linked, which also holds on NFS.
 */
export function createExclusive(path: string, data: string, options: AtomicOptions = {}): boolean {
  const temporary = temporaryName(path);
  try {
    writeNew(temporary, data, options);
    try {
      linkSync(temporary, path);
    } catch (error) {
      switch (systemErrorCode(error)) {
        case 'EEXIST':
          return false;
        // A file system without hard links: exclusive, though a crash here can leave the file short.
        case 'EPERM':
        case 'ENOTSUP':
        case 'ENOSYS':
        case 'EMLINK':
          return createByOpening(path, data, options);
        default:
          throw error;
      }
    }
    syncFolder(dirname(path));
    return true;
  } finally {
    rmSync(temporary, { force: true });
  }
}

function createByOpening(path: string, data: string, options: AtomicOptions): boolean {
  try {
    writeNew(path, data, options);
    return true;
  } catch (error) {
    if (systemErrorCode(error) === 'EEXIST') return false;
    throw error;
  }
}
