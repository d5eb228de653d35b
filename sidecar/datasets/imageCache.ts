import { createHash } from 'node:crypto';
import { existsSync, rmSync, statSync } from 'node:fs';
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { syncFolder, temporaryName, writeJsonAtomic } from '../store/atomicFile.ts';
import { StoreError, systemErrorCode } from '../store/errors.ts';
import { readJson } from '../store/jsonFile.ts';
import { decodeImages, type DecodeOptions } from './decodeImages.ts';
import { DataFault } from './fault.ts';
import type { ImageListing, ListedImages } from './imageListing.ts';
import type { DecodeTask } from './imageWorker.ts';
import { momentsOf, type Moments } from './moments.ts';

/** Raised when the same files would be decoded to other bytes. */
const VERSION = 1;
const SAMPLES = 'samples.bin';
const MANIFEST = 'manifest.json';
/** A half-made cache that nobody has touched for so long belongs to a process that is gone. */
const ABANDONED_MS = 86_400_000;
/** One read or write of a file takes at most 2 GiB. */
const CHUNK = 1 << 28;

const manifestSchema = z.object({
  version: z.literal(VERSION),
  /** Of `samples.bin`: all training images, then all test images, then the labels of both, a little-endian int32 each. */
  sha256: z.string(),
  bytes: z.number(),
  folder: z.string(),
  decoder: z.string(),
  /** Of the training images. */
  moments: z.object({ mean: z.array(z.number()), deviation: z.array(z.number()) }),
});

export interface DecodedImages {
  /** [images, height, width, channels]; the training images before the test images. */
  readonly values: Uint8Array<SharedArrayBuffer>;
  /** SHA-256 of images and labels, hexadecimal. */
  readonly digest: string;
  /** Of the training images. */
  readonly moments: Moments;
  /** Whether it had been decoded before. */
  readonly cached: boolean;
}

/**
 * The images of a listing as bytes: read from the cache where exactly these files have been decoded before, else decoded into it.
 * The cache is whole or not there, and what does not have its checksum is decoded again.
 * @throws DataFault that names the file at fault; the signal's reason when it is aborted
 */
export async function cachedImages(
  listing: ImageListing,
  how: Pick<DecodeTask, 'shape' | 'fit'>,
  cacheFolder: string,
  options: DecodeOptions,
): Promise<DecodedImages> {
  const folder = join(cacheFolder, keyOf(listing, how));
  const known = await readCache(folder);
  if (known) return { ...known, cached: true };
  const { values, decoder } = await decodeImages(
    { folder: listing.folder, files: [...listing.train.files, ...listing.test.files], ...how },
    options,
  );
  const labels = labelBytes(listing);
  const training =
    (values.length / (listing.train.files.length + listing.test.files.length)) * listing.train.files.length;
  const moments = momentsOf(values.subarray(0, training), how.shape[2]);
  const digest = digestOf(values, labels);
  const temporary = temporaryName(folder);
  try {
    await mkdir(temporary, { recursive: true });
    await removeAbandoned(cacheFolder);
    const file = await open(join(temporary, SAMPLES), 'wx');
    try {
      for (const part of [values, labels])
        for (let from = 0; from < part.length; from += CHUNK)
          await file.write(part.subarray(from, from + CHUNK));
      await file.sync();
    } finally {
      await file.close();
    }
    const manifest: z.input<typeof manifestSchema> = {
      version: VERSION,
      sha256: digest,
      bytes: values.length + labels.length,
      folder: listing.folder,
      decoder,
      moments: { mean: [...moments.mean], deviation: [...moments.deviation] },
    };
    writeJsonAtomic(join(temporary, MANIFEST), manifest);
    // A cache that was damaged stands there still; one that another process has just made is as good as this one.
    await rm(folder, { recursive: true, force: true });
    await rename(temporary, folder);
    syncFolder(cacheFolder);
  } catch (error) {
    rmSync(temporary, { recursive: true, force: true });
    if (!existsSync(join(folder, MANIFEST)))
      throw new DataFault(
        `The decoded images cannot be kept in ${cacheFolder}: ${(error as Error).message}.`,
        `It takes ${Math.ceil(values.length / 2 ** 20)} MiB there; DISTILLERY_DATA names another folder.`,
        error,
      );
  }
  return { values, digest, moments, cached: false };
}

/** Names what would be decoded: another file, size, time or label, and it is another cache. */
function keyOf({ folder, classNames, train, test }: ImageListing, how: object): string {
  const hash = createHash('sha256').update(JSON.stringify([VERSION, classNames, how]));
  const add = (name: string, { files, labels }: ListedImages): void => {
    files.forEach((file, index) => {
      const { size, mtimeMs } = statSync(join(folder, file));
      hash.update(`\n${name}\t${file}\t${labels[index]}\t${size}\t${mtimeMs}`);
    });
  };
  add('train', train);
  add('test', test);
  return hash.digest('hex').slice(0, 32);
}

function labelBytes({ train, test }: ImageListing): Uint8Array {
  const view = new DataView(new ArrayBuffer(4 * (train.labels.length + test.labels.length)));
  [...train.labels, ...test.labels].forEach((label, index) => {
    view.setInt32(4 * index, label, true);
  });
  return new Uint8Array(view.buffer);
}

/** SHA-256 of all parts together; they may be larger than one update takes. */
function digestOf(...parts: readonly Uint8Array[]): string {
  const hash = createHash('sha256');
  for (const part of parts)
    for (let from = 0; from < part.length; from += CHUNK) hash.update(part.subarray(from, from + CHUNK));
  return hash.digest('hex');
}

/** Null where there is none, or none that is whole. */
async function readCache(folder: string): Promise<Omit<DecodedImages, 'cached'> | null> {
  try {
    const manifest = await readJson(join(folder, MANIFEST), manifestSchema);
    if (manifest === null) return null;
    const file = await open(join(folder, SAMPLES), 'r');
    try {
      const { size } = await file.stat();
      if (size !== manifest.bytes) return null;
      const bytes = new Uint8Array(new SharedArrayBuffer(size));
      for (let from = 0; from < size;) {
        const { bytesRead } = await file.read(bytes, from, Math.min(CHUNK, size - from), from);
        if (bytesRead === 0) return null;
        from += bytesRead;
      }
      const digest = digestOf(bytes);
      return digest === manifest.sha256 ? { values: bytes, digest, moments: manifest.moments } : null;
    } finally {
      await file.close();
    }
  } catch (error) {
    // Damaged, of another version, or removed meanwhile: it is made anew.
    if (error instanceof StoreError || systemErrorCode(error) === 'ENOENT') return null;
    throw error;
  }
}

async function removeAbandoned(cacheFolder: string): Promise<void> {
  for (const name of await readdir(cacheFolder)) {
    if (!name.endsWith('.tmp')) continue;
    const path = join(cacheFolder, name);
    if (Date.now() - (await stat(path)).mtimeMs > ABANDONED_MS)
      await rm(path, { recursive: true, force: true });
  }
}
