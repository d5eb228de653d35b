import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { syncFolder } from '../store/atomicFile.ts';
import type { OfferedFile } from './downloads.ts';
import { fetchFile } from './fetchFile.ts';
import { unzip } from './unzip.ts';

export interface DownloadOptions {
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: {
    readonly what: 'downloading' | 'unpacking';
    readonly done: number;
    readonly total: number;
  }) => void;
}

/**
 * Downloads the files of a set into a folder, which appears only when all of them are there as published. Until then they are in
 * `<folder>.part`, from which a later try goes on.
 * @throws DataFault that says what is wrong and what to do; the signal's reason when it is aborted
 */
export async function downloadSet(
  files: readonly OfferedFile[],
  folder: string,
  { signal, onProgress }: DownloadOptions = {},
): Promise<void> {
  const unfinished = `${folder}.part`;
  await mkdir(unfinished, { recursive: true });
  const total = files.reduce((sum, { bytes }) => sum + bytes, 0);
  let before = 0;
  for (const file of files) {
    const target = join(unfinished, basename(new URL(file.url).pathname));
    if (!existsSync(target))
      await fetchFile(file, target, {
        ...(signal ? { signal } : {}),
        onBytes: (done) => onProgress?.({ what: 'downloading', done: before + done, total }),
      });
    before += file.bytes;
    onProgress?.({ what: 'downloading', done: before, total });
  }
  for (const file of files) {
    const archive = join(unfinished, basename(new URL(file.url).pathname));
    if (!archive.endsWith('.zip')) continue;
    await unzip(archive, unfinished, signal, (done, total) =>
      onProgress?.({ what: 'unpacking', done, total }),
    );
    await rm(archive);
  }
  signal?.throwIfAborted();
  await rm(folder, { recursive: true, force: true });
  await rename(unfinished, folder);
  syncFolder(dirname(folder));
}
