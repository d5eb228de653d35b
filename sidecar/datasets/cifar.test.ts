import { createWriteStream, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { pack } from 'tar-stream';
import { beforeAll, describe, expect, it } from 'vitest';
import { findCifar, openCifar, type Cifar } from './cifar.ts';
import { readPickle } from './pickle.ts';
import { ownFolder, write } from './testing.ts';

const IMAGE = 3072;
/** Three planes that differ, and images that differ. */
const image = (seed: number): Uint8Array =>
  Uint8Array.from(
    { length: IMAGE },
    (_, index) => (seed + 50 * Math.floor(index / 1024) + (index % 7)) % 256,
  );
const record = (labels: readonly number[], seed: number): Uint8Array =>
  Uint8Array.of(...labels, ...image(seed));
const joined = (parts: readonly Uint8Array[]): Uint8Array => Buffer.concat(parts);
const text = (value: string): Uint8Array => new TextEncoder().encode(value);
const names = (count: number): string[] => Array.from({ length: count }, (_, index) => `class ${index}`);

/** As Python 2 pickled the archives: dictionaries of byte strings, lists, and an array of bytes. */
const pickled = (entries: readonly (readonly [key: string, value: Uint8Array])[]): Uint8Array =>
  joined([
    Uint8Array.of(0x80, 2),
    text('}q\u0001('),
    ...entries.flatMap(([key, value]) => [shortText(key), value]),
    text('u.'),
  ]);
const shortText = (value: string): Uint8Array => joined([Uint8Array.of(0x55, value.length), text(value)]);
const list = (items: readonly Uint8Array[]): Uint8Array => joined([text(']('), ...items, text('e')]);
const small = (value: number): Uint8Array => Uint8Array.of(0x4b, value);
const long = (value: number): Uint8Array => {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value, true);
  return bytes;
};
const array = (rows: number, data: Uint8Array): Uint8Array =>
  joined([
    text('cnumpy.core.multiarray\n_reconstruct\nq\u0002cnumpy\nndarray\nq\u0003'),
    Uint8Array.of(0x4b, 0, 0x85),
    shortText('b'),
    Uint8Array.of(0x87),
    text('R('),
    Uint8Array.of(0x4b, 1, 0x4a),
    long(rows),
    Uint8Array.of(0x4d, IMAGE & 255, IMAGE >> 8, 0x86),
    text('cnumpy\ndtype\n'),
    shortText('u1'),
    Uint8Array.of(0x4b, 0, 0x4b, 1, 0x87),
    text('R('),
    Uint8Array.of(0x4b, 3),
    shortText('|'),
    text('NNN'),
    joined([text('J'), long(0xffffffff), text('J'), long(0xffffffff), small(0)]),
    text('tb'),
    Uint8Array.of(0x89, 0x54),
    long(data.length),
    data,
    text('tb'),
  ]);

const COUNTS = { train: 10, test: 2 };
const root = ownFolder();
/** Ten training images in five batches, and two to test; labels 0 … 9, then 3 and 4. */
function writeCifar10(folder: string): void {
  for (let batch = 1; batch <= 5; batch++)
    write(
      join(folder, `data_batch_${batch}.bin`),
      joined([2 * batch - 2, 2 * batch - 1].map((index) => record([index], index))),
    );
  write(join(folder, 'test_batch.bin'), joined([record([3], 200), record([4], 201)]));
  write(join(folder, 'batches.meta.txt'), `${names(10).join('\n')}\n\n`);
}
function writePython(folder: string): void {
  const batch = (indices: readonly number[], labels: readonly number[]): Uint8Array =>
    pickled([
      ['batch_label', shortText('a batch')],
      ['labels', list(labels.map(small))],
      ['data', array(indices.length, joined(indices.map(image)))],
    ]);
  for (let number = 1; number <= 5; number++)
    write(join(folder, `data_batch_${number}`), batch([2 * number - 2, 2 * number - 1], [2 * number - 2, 2 * number - 1])); // prettier-ignore
  write(join(folder, 'test_batch'), batch([200, 201], [3, 4]));
  write(join(folder, 'batches.meta'), pickled([['label_names', list(names(10).map(shortText))]]));
}
const open = (cifar: Cifar, path: string, counts = COUNTS) =>
  openCifar(cifar, findCifar(cifar, path), counts);

describe('CIFAR', () => {
  const binary = join(root, 'binary');
  beforeAll(() => {
    writeCifar10(join(binary, 'cifar-10-batches-bin'));
  });

  it('is read from its binary files, planes made to pixels', async () => {
    const dataset = await open('cifar10', binary);
    expect([...dataset.train.labels]).toEqual(names(10).map((_, index) => index));
    expect([...dataset.test.labels]).toEqual([3, 4]);
    expect(dataset.classNames).toEqual(names(10));
    const third = image(2);
    expect([...dataset.train.values.subarray(2 * IMAGE + 3 * 33, 2 * IMAGE + 3 * 33 + 3)]).toEqual([
      third[33],
      third[1024 + 33],
      third[2048 + 33],
    ]);
  });

  it('is the same from the pickles, and from an archive of either', async () => {
    const expected = await open('cifar10', binary);
    writePython(join(root, 'python'));
    expect(await open('cifar10', join(root, 'python'))).toEqual(expected);
    const archive = join(root, 'packed', 'cifar-10-python.tar.gz');
    mkdirSync(join(root, 'packed'));
    await tarOf(join(root, 'python'), archive);
    expect(await open('cifar10', join(root, 'packed'))).toEqual(expected);
    expect(await open('cifar10', archive)).toEqual(expected);
  });

  it('has fine and coarse labels', async () => {
    const folder = join(root, 'hundred');
    write(join(folder, 'train.bin'), joined([record([1, 42], 5), record([19, 99], 6)]));
    write(join(folder, 'test.bin'), record([0, 7], 7));
    write(join(folder, 'fine_label_names.txt'), names(100).join('\n'));
    write(join(folder, 'coarse_label_names.txt'), names(20).join('\n'));
    const counts = { train: 2, test: 1 };
    expect([...(await open('cifar100Fine', folder, counts)).train.labels]).toEqual([42, 99]);
    const coarse = await open('cifar100Coarse', folder, counts);
    expect([...coarse.train.labels, ...coarse.test.labels]).toEqual([1, 19, 0]);
    expect(coarse.classes).toBe(20);
  });

  it('names the file that is missing, cut short, of a wrong label or too many', async () => {
    const folder = join(root, 'faulty');
    writeCifar10(folder);
    rmSync(join(folder, 'data_batch_3.bin'));
    expect(() => findCifar('cifar10', folder)).toThrow(/data_batch_3\.bin is missing/u);
    expect(() => findCifar('cifar10', join(root, 'nowhere'))).toThrow(/nowhere is not there/u);
    write(join(folder, 'data_batch_3.bin'), image(0));
    await expect(open('cifar10', folder)).rejects.toThrow(/data_batch_3\.bin has 3072 bytes/u);
    write(join(folder, 'data_batch_3.bin'), joined([record([4], 4), record([11], 5)]));
    await expect(open('cifar10', folder)).rejects.toThrow(/data_batch_3\.bin has the label 11 for image 1/u);
    write(join(folder, 'data_batch_3.bin'), joined([record([4], 4)]));
    await expect(open('cifar10', folder)).rejects.toThrow(/: 9 images, not 10/u);
  });

  it('writes nothing of an archive, whatever its paths say, and tells one that is cut short', async () => {
    const archive = join(root, 'odd', 'cifar-10-binary.tar.gz');
    mkdirSync(join(root, 'odd'));
    await tarOf(join(binary, 'cifar-10-batches-bin'), archive, '../../escaped/');
    expect((await open('cifar10', archive)).classes).toBe(10);
    expect(() => findCifar('cifar10', join(root, 'escaped'))).toThrow(/is not there/u);
    const cut = join(root, 'cut', 'cifar-10-binary.tar.gz');
    const whole = readFileSync(archive);
    write(cut, whole.subarray(0, whole.length / 2));
    await expect(open('cifar10', cut)).rejects.toThrow(/cifar-10-binary\.tar\.gz cannot be unpacked/u);
    symlinkSync(join(root, 'odd'), join(root, 'link'));
    expect((await open('cifar10', join(root, 'link'))).classes).toBe(10);
  });
});

async function tarOf(folder: string, archive: string, prefix = 'inside/'): Promise<void> {
  const entries = pack();
  const written = pipeline(entries, createGzip(), createWriteStream(archive));
  for (const name of readdirSync(folder))
    entries.entry({ name: `${prefix}${name}` }, readFileSync(join(folder, name)));
  entries.finalize();
  await written;
}

describe('pickles', () => {
  it('of anything that would be run are refused', () => {
    const evil = text('\u0000cos\nsystem\n(U\u0002lstR.').subarray(1);
    expect(() => readPickle(evil, 'x.pkl')).toThrow(
      /x\.pkl is no pickle of CIFAR: it wants to call os system/u,
    );
  });

  it('that are cut short or of another protocol are refused', () => {
    const whole = pickled([['labels', list([small(1)])]]);
    for (let length = 0; length < whole.length; length++)
      expect(() => readPickle(whole.subarray(0, length), 'x')).toThrow(/no pickle of CIFAR/u);
    expect(() => readPickle(Uint8Array.of(0x80, 4, 0x4e, 0x2e), 'x')).toThrow(/newer than 2/u);
    expect(() => readPickle(Uint8Array.of(0x80, 2, 0x93, 0x2e), 'x')).toThrow(/byte 2 is 147/u);
  });
});
