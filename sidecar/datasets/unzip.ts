import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { openPromise } from 'yauzl';
import { systemErrorCode } from '../store/errors.ts';
import { DataFault } from './fault.ts';

/**
 * Unpacks an archive into a folder. Names that lead out of it are refused by the library.
 * @throws DataFault where it cannot be unpacked; the signal's reason when it is aborted
 */
export async function unzip(
  file: string,
  folder: string,
  signal: AbortSignal | undefined,
  onEntries: (done: number, total: number) => void,
): Promise<void> {
  try {
    const archive = await openPromise(file);
    const made = new Set<string>();
    let done = 0;
    for await (const entry of archive.eachEntry()) {
      signal?.throwIfAborted();
      const target = join(folder, entry.fileName);
      const parent = entry.fileName.endsWith('/') ? target : dirname(target);
      if (!made.has(parent)) await mkdir(parent, { recursive: true });
      made.add(parent);
      if (parent !== target)
        await pipeline(await archive.openReadStreamPromise(entry), createWriteStream(target));
      onEntries(++done, archive.entryCount);
    }
  } catch (error) {
    signal?.throwIfAborted();
    const isFull = systemErrorCode(error) === 'ENOSPC';
    throw new DataFault(
      `${file} cannot be unpacked: ${(error as Error).message}.`,
      isFull ? 'Make room on that disk, or name another folder with DISTILLERY_DATA.' : 'Try again.',
      error,
    );
  }
}
