import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { DataFault } from './fault.ts';
import type { DecodeTask, FromDecoder } from './imageWorker.ts';

/** How far something long is. */
export type OnProgress = (progress: {
  readonly what: 'decoding';
  readonly done: number;
  readonly total: number;
}) => void;

export interface DecodeOptions {
  /** The bundled `imageWorker.ts`; left out: `imageWorker.js` beside this program. */
  readonly decoder?: URL;
  readonly signal?: AbortSignal;
  readonly onProgress?: OnProgress;
}

/** More workers than this wait for the disk, and each has a decoder of its own. */
const MOST_WORKERS = 8;
const TELL_EVERY_MS = 200;

/**
 * Decodes and resizes images in worker threads.
 * @returns [files, height, width, channels], bytes in shared memory, and what decoded them
 * @throws DataFault that names the image that cannot be decoded; the signal's reason when it is aborted
 */
export async function decodeImages(
  task: Pick<DecodeTask, 'folder' | 'files' | 'shape' | 'fit'>,
  { decoder = new URL('./imageWorker.js', import.meta.url), signal, onProgress }: DecodeOptions,
): Promise<{ values: Uint8Array<SharedArrayBuffer>; decoder: string }> {
  signal?.throwIfAborted();
  const { files, folder, shape } = task;
  const values = roomFor(
    folder,
    shape.reduce((product, extent) => product * extent, files.length),
  );
  const counters = new Int32Array(new SharedArrayBuffer(8));
  const tell = (): void => {
    onProgress?.({ what: 'decoding', done: Atomics.load(counters, 1), total: files.length });
  };
  const workerData: DecodeTask = { ...task, values, counters };
  const count = Math.max(1, Math.min(availableParallelism(), MOST_WORKERS, files.length));
  const workers = Array.from({ length: count }, () => new Worker(decoder, { workerData }));
  const telling = setInterval(tell, TELL_EVERY_MS);
  try {
    const ends = await Promise.race([
      Promise.all(workers.map(endOf)),
      new Promise<never>((_, cancelled) => {
        signal?.addEventListener('abort', () => {
          cancelled(signal.reason as Error);
        });
      }),
    ]);
    tell();
    signal?.throwIfAborted();
    return { values, decoder: ends[0] ?? '' };
  } catch (error) {
    if (!(error instanceof Undecodable)) throw error;
    throw error.file === null
      ? new DataFault(`Images of ${folder} cannot be decoded: ${error.message}`, 'Install Distillery again.')
      : new DataFault(
          `${join(folder, error.file)} cannot be decoded: ${error.message.trim()}.`,
          'Replace or remove the file; nothing was kept of what was decoded so far.',
          error,
        );
  } finally {
    clearInterval(telling);
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
}

/** @throws DataFault where there is not so much */
function roomFor(folder: string, bytes: number): Uint8Array<SharedArrayBuffer> {
  try {
    return new Uint8Array(new SharedArrayBuffer(bytes));
  } catch (error) {
    throw new DataFault(
      `The images of ${folder} would take ${(bytes / 2 ** 30).toFixed(1)} GiB of memory, which there is not.`,
      'Choose a smaller dataset.size.',
      error,
    );
  }
}

class Undecodable extends Error {
  constructor(
    readonly file: string | null,
    message: string,
  ) {
    super(message);
  }
}

/** @returns what decoded */
function endOf(worker: Worker): Promise<string> {
  return new Promise((done, failed) => {
    worker.once('message', (message: FromDecoder) => {
      switch (message.kind) {
        case 'done':
          done(message.decoder);
          break;
        case 'failed':
          failed(new Undecodable(message.file, message.message));
          break;
      }
    });
    worker.once('error', failed);
    worker.once('exit', (code) => {
      failed(new Error(`A decoding worker ended with code ${code}.`));
    });
  });
}
