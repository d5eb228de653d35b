import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { imageLibrary } from './imageLibrary.ts';

/** What a decoding worker is given. Workers share the memory that they fill, and take images from one counter. */
export interface DecodeTask {
  readonly folder: string;
  readonly files: readonly string[];
  /** [height, width, channels] of what comes out. */
  readonly shape: readonly [number, number, number];
  readonly fit: 'cover' | 'fill' | 'contain';
  /** [files, ...shape] */
  readonly values: Uint8Array<SharedArrayBuffer>;
  /** [taken, done] */
  readonly counters: Int32Array<SharedArrayBuffer>;
}

export type FromDecoder =
  | { readonly kind: 'done'; readonly decoder: string }
  | { readonly kind: 'failed'; readonly file: string | null; readonly message: string };

/** Images that one worker has in hand at a time: reading one hides behind decoding another. */
const IN_HAND = 3;

async function decodeAll({ folder, files, shape, fit, values, counters }: DecodeTask): Promise<FromDecoder> {
  const sharp = imageLibrary();
  // There are several workers, and no image is opened twice.
  sharp.concurrency(1);
  sharp.cache(false);
  const [height, width, channels] = shape;
  const length = height * width * channels;
  const failures: FromDecoder[] = [];
  const work = async (): Promise<void> => {
    while (failures.length === 0) {
      const index = Atomics.add(counters, 0, 1);
      const file = files[index];
      if (file === undefined) return;
      try {
        const image = sharp(await readFile(join(folder, file)), { failOn: 'error' })
          .autoOrient()
          .resize(width, height, { fit, background: 'black' })
          .flatten({ background: 'black' })
          .toColourspace(channels === 1 ? 'b-w' : 'srgb')
          .raw({ depth: 'uchar' });
        const pixels = await image.toBuffer();
        if (pixels.length !== length)
          throw new Error(`it has ${pixels.length} values instead of ${length} after resizing`);
        values.set(pixels, index * length);
      } catch (error) {
        failures.push({
          kind: 'failed',
          file,
          message: error instanceof Error ? error.message : String(error),
        });
      }
      Atomics.add(counters, 1, 1);
    }
  };
  await Promise.all(Array.from({ length: IN_HAND }, work));
  return (
    failures.at(0) ?? {
      kind: 'done',
      decoder: `sharp ${sharp.versions.sharp}, libvips ${sharp.versions.vips}`,
    }
  );
}

/** Entry of a decoding worker. */
const port = parentPort;
if (!port) throw new Error('Images are decoded in a worker thread.');
const decoded = decodeAll(workerData as DecodeTask).catch((error: unknown): FromDecoder => ({
  kind: 'failed',
  file: null,
  message: error instanceof Error ? error.message : String(error),
}));
port.postMessage(await decoded);
