import { createHash } from 'node:crypto';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { readArchive } from './archive.ts';
import type { Dataset, Split } from './dataset.ts';
import { DataFault } from './fault.ts';
import { readPickle, textOf, type Pickled } from './pickle.ts';

const SIDE = 32;
const PLANE = SIDE * SIDE;
const IMAGE = 3 * PLANE;

type Format = 'binary' | 'python';
interface Layout {
  readonly format: Format;
  readonly archive: string;
  readonly train: readonly string[];
  readonly test: string;
  /** The file with the classes' names. */
  readonly names: string;
}

const batches = (ending: string) => [1, 2, 3, 4, 5].map((batch) => `data_batch_${batch}${ending}`);

/** The files of the official archives, and under which names people know the labels. */
const CIFAR = {
  cifar10: {
    mean: [0.4914, 0.4822, 0.4465],
    deviation: [0.247, 0.2435, 0.2616],
    layouts: [
      {
        format: 'binary',
        archive: 'cifar-10-binary.tar.gz',
        train: batches('.bin'),
        test: 'test_batch.bin',
        names: 'batches.meta.txt',
      },
      {
        format: 'python',
        archive: 'cifar-10-python.tar.gz',
        train: batches(''),
        test: 'test_batch',
        names: 'batches.meta',
      },
    ],
    /** Bytes before each binary image, and which of them is the label. */
    record: { labels: 1, label: 0 },
    keys: { labels: 'labels', names: 'label_names' },
  },
  cifar100Fine: {
    mean: [0.5071, 0.4866, 0.4409],
    deviation: [0.2675, 0.2565, 0.2761],
    layouts: cifar100('fine_label_names.txt'),
    record: { labels: 2, label: 1 },
    keys: { labels: 'fine_labels', names: 'fine_label_names' },
  },
  cifar100Coarse: {
    mean: [0.5071, 0.4866, 0.4409],
    deviation: [0.2675, 0.2565, 0.2761],
    layouts: cifar100('coarse_label_names.txt'),
    record: { labels: 2, label: 0 },
    keys: { labels: 'coarse_labels', names: 'coarse_label_names' },
  },
} as const;
export type Cifar = keyof typeof CIFAR;

function cifar100(names: string): readonly [Layout, Layout] {
  return [
    { format: 'binary', archive: 'cifar-100-binary.tar.gz', train: ['train.bin'], test: 'test.bin', names },
    { format: 'python', archive: 'cifar-100-python.tar.gz', train: ['train'], test: 'test', names: 'meta' },
  ];
}

export interface CifarFiles {
  readonly layout: Layout;
  /** The folder of the files, or the archive. */
  readonly place: string;
  readonly packed: boolean;
}

/**
 * Where the files are: in the folder, in one of its folders, or in an archive that lies there or is named itself.
 * @throws DataFault that names what is missing
 */
export function findCifar(cifar: Cifar, path: string): CifarFiles {
  const { layouts } = CIFAR[cifar];
  const next = `Give the folder of an official archive (${layouts.map(({ archive }) => archive).join(' or ')}), unpacked or not.`;
  if (!existsSync(path)) throw new DataFault(`${path} is not there.`, next);
  if (!statSync(path).isDirectory()) {
    const layout = layouts.find(({ archive }) => archive === basename(path));
    if (layout) return { layout, place: path, packed: true };
    throw new DataFault(`${path} is no archive of CIFAR.`, next);
  }
  const folders = [path, ...foldersIn(path)];
  let nearest: string | null = null;
  for (const layout of layouts)
    for (const folder of folders) {
      const files = [...layout.train, layout.test, layout.names];
      const missing = files.filter((file) => !isFile(join(folder, file)));
      if (missing.length === 0) return { layout, place: folder, packed: false };
      if (missing.length < files.length) nearest ??= join(folder, missing[0] ?? '');
    }
  for (const layout of layouts) {
    const archive = join(path, layout.archive);
    if (existsSync(archive)) return { layout, place: archive, packed: true };
  }
  throw new DataFault(nearest === null ? `${path} holds no CIFAR.` : `${nearest} is missing.`, next);
}

const isFile = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
const foldersIn = (path: string): string[] =>
  readdirSync(path, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? [join(path, entry.name)] : [],
  );

/**
 * Reads CIFAR-10 or CIFAR-100 from either of its official archives.
 * @param counts samples that each split must have
 * @throws DataFault that names the file at fault
 */
export async function openCifar(
  cifar: Cifar,
  { layout, place, packed }: CifarFiles,
  counts: { readonly train: number; readonly test: number },
): Promise<Dataset> {
  const { mean, deviation, record, keys } = CIFAR[cifar];
  const wanted = [...layout.train, layout.test, layout.names];
  const archive = packed ? await readArchive(place, new Set(wanted)) : null;
  const nameOf = (file: string): string => (packed ? `${file} in ${place}` : join(place, file));
  const read = async (file: string): Promise<Uint8Array> => {
    if (!archive) return readFile(join(place, file));
    const bytes = archive.get(file);
    if (!bytes) throw new DataFault(`${nameOf(file)} is missing.`, 'Get the archive again.');
    return bytes;
  };
  const meta = await read(layout.names);
  const classNames =
    layout.format === 'binary'
      ? new TextDecoder().decode(meta).split('\n').map((line) => line.trim()).filter((line) => line !== '') // prettier-ignore
      : listAt(readPickle(meta, nameOf(layout.names)), keys.names, nameOf(layout.names)).map(textOf);
  const split = async (files: readonly string[], count: number): Promise<Split> => {
    const values = new Uint8Array(new SharedArrayBuffer(count * IMAGE));
    const labels = new Uint8Array(count);
    let from = 0;
    for (const file of files) {
      const bytes = await read(file);
      const { images, labels: own } =
        layout.format === 'binary'
          ? binaryBatch(bytes, record, nameOf(file))
          : pythonBatch(bytes, keys.labels, nameOf(file));
      own.forEach((label, index) => {
        if (label >= classNames.length)
          throw new DataFault(
            `${nameOf(file)} has the label ${label} for image ${index}; there are ${classNames.length} classes.`,
            'Get the file again.',
          );
        if (from + index >= count) return;
        labels[from + index] = label;
        interleave(images(index), values, (from + index) * IMAGE);
      });
      from += own.length;
    }
    if (from !== count)
      throw new DataFault(
        `${files.map(nameOf).join(', ')}: ${from} images, not ${count}.`,
        'Get the files again.',
      );
    return { values, labels };
  };
  const train = await split(layout.train, counts.train);
  const test = await split([layout.test], counts.test);
  const hash = createHash('sha256');
  for (const { values, labels } of [train, test]) hash.update(values).update(labels);
  return {
    shape: [SIDE, SIDE, 3],
    classes: classNames.length,
    classNames,
    scale: 1 / 255,
    mean,
    deviation,
    train,
    test,
    digest: hash.digest('hex'),
  };
}

interface CifarBatch {
  /** Planes of red, green and blue. */
  readonly images: (index: number) => Uint8Array;
  readonly labels: readonly number[];
}

function binaryBatch(
  bytes: Uint8Array,
  { labels, label }: { readonly labels: number; readonly label: number },
  file: string,
): CifarBatch {
  const length = labels + IMAGE;
  if (bytes.length === 0 || bytes.length % length !== 0)
    throw new DataFault(
      `${file} has ${bytes.length} bytes, which is no number of records of ${length}.`,
      'Get the file again.',
    );
  return {
    images: (index) => bytes.subarray(index * length + labels, (index + 1) * length),
    labels: Array.from({ length: bytes.length / length }, (_, index) => bytes[index * length + label] ?? 0),
  };
}

function pythonBatch(bytes: Uint8Array, key: string, file: string): CifarBatch {
  const batch = readPickle(bytes, file);
  const labels = listAt(batch, key, file).map(Number);
  const data = batch instanceof Map ? batch.get('data') : null;
  const isArray = typeof data === 'object' && data !== null && 'kind' in data;
  if (
    !isArray ||
    data.shape.join() !== [labels.length, IMAGE].join() ||
    data.data.length !== labels.length * IMAGE
  )
    // prettier-ignore
    throw new DataFault(`${file} has no data of ${labels.length}×${IMAGE} bytes.`, 'Get the file again.');
  return { images: (index) => data.data.subarray(index * IMAGE, (index + 1) * IMAGE), labels };
}

function listAt(pickled: Pickled, key: string, file: string): Pickled[] {
  const list = pickled instanceof Map ? pickled.get(key) : null;
  if (Array.isArray(list)) return list;
  throw new DataFault(`${file} has no list ${key}.`, 'Get the file again.');
}

/** From planes of red, green and blue to pixels. */
function interleave(planes: Uint8Array, target: Uint8Array, offset: number): void {
  for (let pixel = 0; pixel < PLANE; pixel++)
    for (let channel = 0; channel < 3; channel++)
      target[offset + 3 * pixel + channel] = planes[channel * PLANE + pixel] ?? 0;
}
