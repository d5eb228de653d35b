import { createReadStream } from 'node:fs';
import { basename } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { extract } from 'tar-stream';
import { DataFault } from './fault.ts';

/**
 * Reads files of a `.tar.gz` into memory by their last names, as the archive is streamed. Nothing is written anywhere, so that
 * no path in it can lead astray.
 * @throws DataFault where it is no such archive, or cut short
 */
export async function readArchive(
  file: string,
  wanted: ReadonlySet<string>,
): Promise<Map<string, Uint8Array>> {
  const found = new Map<string, Uint8Array>();
  const entries = extract();
  const reading = pipeline(createReadStream(file), createGunzip(), entries);
  const collecting = (async () => {
    for await (const entry of entries) {
      const name = basename(entry.header.name);
      if (entry.header.type !== 'file' || !wanted.has(name)) {
        entry.resume();
        continue;
      }
      const parts: Buffer[] = [];
      for await (const part of entry) parts.push(part as Buffer);
      found.set(name, Buffer.concat(parts));
    }
  })();
  try {
    await Promise.all([reading, collecting]);
  } catch (error) {
    throw new DataFault(
      `${file} cannot be unpacked: ${(error as Error).message}.`,
      'Get the archive again.',
      error,
    );
  }
  return found;
}
