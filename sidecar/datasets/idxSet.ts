import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import type { Dataset, Split } from './dataset.ts';
import { DataFault } from './fault.ts';
import { readIdx } from './idx.ts';

const FILES = {
  trainImages: 'train-images-idx3-ubyte',
  trainLabels: 'train-labels-idx1-ubyte',
  testImages: 't10k-images-idx3-ubyte',
  testLabels: 't10k-labels-idx1-ubyte',
} as const;

/** What differs between MNIST and those that imitate it. Mean and deviation are those of the training images. */
export const IDX_SETS = {
  mnist: {
    classNames: Array.from({ length: 10 }, (_, digit) => String(digit)),
    mean: [0.1307],
    deviation: [0.3081],
  },
  fashionMnist: {
    classNames: [
      'T-shirt/top',
      'Trouser',
      'Pullover',
      'Dress',
      'Coat',
      'Sandal',
      'Shirt',
      'Sneaker',
      'Bag',
      'Ankle boot',
    ],
    mean: [0.286],
    deviation: [0.353],
  },
} as const;
export type IdxSet = keyof typeof IDX_SETS;

/** The file as it is there: plain, or compressed with gzip. */
const present = (folder: string, name: string): string | null =>
  [name, `${name}.gz`].map((file) => join(folder, file)).find((file) => existsSync(file)) ?? null;

/** The first of the four files that is not in the folder, neither plain nor with `.gz`; null when all are. */
export const missingIdxFile = (folder: string): string | null =>
  Object.values(FILES).find((name) => present(folder, name) === null) ?? null;

const unzip = promisify(gunzip);

/**
 * Reads the four IDX files of a folder.
 * @param counts samples that each split must have
 * @throws DataFault that names the file that is missing, cut short, or does not fit the others
 */
export async function openIdxSet(
  name: IdxSet,
  folder: string,
  counts: { readonly train: number; readonly test: number },
): Promise<Dataset> {
  const { classNames, mean, deviation } = IDX_SETS[name];
  const hash = createHash('sha256');
  const read = async (file: string) => {
    const path = present(folder, file);
    if (path === null)
      throw new DataFault(`${join(folder, file)} is missing.`, 'Put the four IDX files there, .gz or not.');
    const stored = await readFile(path);
    let bytes: Uint8Array = stored;
    if (path.endsWith('.gz'))
      try {
        bytes = await unzip(stored);
      } catch (error) {
        throw new DataFault(`${path} cannot be unpacked: ${(error as Error).message}.`, AGAIN, error);
      }
    hash.update(bytes);
    return { path, ...readIdx(bytes, path) };
  };
  const split = async (imageFile: string, labelFile: string, count: number): Promise<Split> => {
    const images = await read(imageFile);
    const labels = await read(labelFile);
    if (images.shape.join() !== [count, 28, 28].join())
      throw new DataFault(
        `${images.path} holds bytes of shape ${images.shape.join('×')}, not ${count}×28×28.`,
        AGAIN,
      );
    if (labels.shape.join() !== String(count))
      throw new DataFault(`${labels.path} holds ${labels.shape.join('×')} labels, not ${count}.`, AGAIN);
    const wrong = labels.data.findIndex((label) => label >= classNames.length);
    if (wrong !== -1)
      throw new DataFault(
        `${labels.path} has the label ${labels.data[wrong]} for sample ${wrong}; there are ${classNames.length} classes.`,
        AGAIN,
      );
    return { values: images.data, labels: labels.data };
  };
  return {
    shape: [28, 28, 1],
    classes: classNames.length,
    classNames,
    scale: 1 / 255,
    mean,
    deviation,
    train: await split(FILES.trainImages, FILES.trainLabels, counts.train),
    test: await split(FILES.testImages, FILES.testLabels, counts.test),
    digest: hash.digest('hex'),
  };
}

const AGAIN = 'Get the file again.';
