import { existsSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { decodeImages } from './decodeImages.ts';
import { imageFolderOptions } from './imageFolder.options.ts';
import { datasetFacts } from './options.ts';
import { probeData } from './probe.ts';
import { openDataset } from './registry.ts';
import { DECODER, ownFolder, write, writeImage, writeImageFolder } from './testing.ts';

const root = ownFolder();
const env = { DISTILLERY_DATA: join(root, 'data') };
const optionsOf = (path: string, more: object = {}) =>
  imageFolderOptions.parse({ name: 'imageFolder', path, size: 4, ...more });
const open = (path: string, more: object = {}, how: object = {}) =>
  openDataset(optionsOf(path, more), 0, { env, decoder: DECODER, ...how });
const caches = () => readdirSync(join(root, 'data', 'cache'));
/** What is said of a folder before anything is opened. */
const said = (path: string, more: object = {}) => {
  const probed = probeData(optionsOf(path, more), join(root, 'x.distill.yaml'), env);
  return probed.kind === 'wrong' ? `${probed.code} ${probed.key}: ${probed.message}` : probed.dataset;
};

describe('a folder of images', () => {
  const folder = join(root, 'fruit');
  beforeAll(() => writeImageFolder(folder));

  it('is resized, in order of classes and names, with moments of its training images', async () => {
    const dataset = await open(folder);
    expect(dataset.classNames).toEqual(['apple', 'leaf']);
    expect([...dataset.train.labels]).toEqual([0, 0, 0, 1, 1, 1]);
    expect(dataset.shape).toEqual([4, 4, 3]);
    expect(dataset.train.values).toHaveLength(6 * 48);
    expect([...dataset.train.values.subarray(0, 3)]).toEqual([255, 0, 0]);
    expect([...dataset.test.values.subarray(3 * 48, 3 * 48 + 3)]).toEqual([0, 255, 0]);
    // Half of the images are red, half are green, but for what JPEG makes of it.
    expect(dataset.mean[0]).toBeCloseTo(0.5, 2);
    expect(dataset.deviation[1]).toBeCloseTo(0.5, 2);
  });

  it('is decoded once, and again when a file is another or the cache is damaged', async () => {
    const heard: number[] = [];
    const listening = { onProgress: ({ done }: { done: number }) => heard.push(done) };
    const first = await open(folder, { size: 5 }, listening);
    expect(heard.at(-1)).toBe(12);
    const before = caches();
    heard.length = 0;
    const second = await open(folder, { size: 5 }, listening);
    expect(second).toEqual(first);
    expect(heard).toEqual([]);
    expect(caches()).toEqual(before);
    for (const name of before) {
      const samples = join(root, 'data', 'cache', name, 'samples.bin');
      const bytes = readFileSync(samples);
      bytes[7] = (bytes[7] ?? 0) ^ 1;
      writeFileSync(samples, bytes);
    }
    expect(await open(folder, { size: 5 }, listening)).toEqual(first);
    expect(heard.at(-1)).toBe(12);
    const time = new Date(Date.now() - 5_000);
    utimesSync(join(folder, 'train/apple/0.png'), time, time);
    await open(folder, { size: 5 });
    expect(caches()).toHaveLength(before.length + 1);
  });

  it('has grey, stretched and fitted images', async () => {
    const wide = join(root, 'wide');
    for (const split of ['train', 'test'])
      for (const label of ['a', 'b'])
        await writeImage(join(wide, split, label, 'x.png'), [200, 200, 200], { width: 16, height: 8 });
    const grey = await open(wide, { channels: 1 });
    expect(grey.shape).toEqual([4, 4, 1]);
    expect(new Set(grey.train.values)).toEqual(new Set([200]));
    const contained = await open(wide, { fit: 'contain' });
    expect([...contained.train.values.subarray(0, 3)]).toEqual([0, 0, 0]);
    const filled = await open(wide, { fit: 'fill', size: [2, 6] });
    expect(filled.shape).toEqual([2, 6, 3]);
    expect(new Set(filled.train.values)).toEqual(new Set([200]));
  });

  it('names the image that cannot be decoded, and keeps nothing half made', async () => {
    const broken = join(root, 'broken');
    await writeImageFolder(broken);
    const whole = readFileSync(join(broken, 'train/leaf/1.jpg'));
    writeFileSync(join(broken, 'train/leaf/1.jpg'), whole.subarray(0, whole.length / 2));
    const before = caches();
    await expect(open(broken)).rejects.toThrow(
      /train\/leaf\/1\.jpg cannot be decoded: .+Replace or remove/su,
    );
    expect(caches()).toEqual(before);
    write(join(broken, 'train/leaf/1.jpg'), whole);
    expect((await open(broken)).train.labels).toHaveLength(6);
  });

  it('that would not fit into memory is told', async () => {
    const images = { folder, files: new Array<string>(1e6), shape: [1024, 1024, 3], fit: 'fill' } as const;
    await expect(decodeImages(images, { decoder: DECODER })).rejects.toThrow(/would take .* GiB of memory/u);
  });

  it('can be cancelled while it is decoded', async () => {
    const many = join(root, 'many');
    await writeImageFolder(many, 150);
    const controller = new AbortController();
    const before = caches();
    const onProgress = () => {
      controller.abort();
    };
    const opening = open(many, {}, { signal: controller.signal, onProgress });
    const failure: unknown = await opening.catch((error: unknown) => error);
    expect(controller.signal.aborted).toBe(true);
    expect(failure).toBe(controller.signal.reason);
    expect(caches()).toEqual(before);
  });

  it('tells what was found, and that it is other data than before', () => {
    const dataset = said(folder);
    expect(dataset).toMatchObject({ path: folder, found: { classes: 2, train: 6, test: 6 } });
    expect(datasetFacts(optionsOf(folder, { found: { classes: 2, train: 6, test: 6 }, limit: 4 }))).toEqual({
      shape: [4, 4, 3],
      classes: 2,
      train: 4,
      test: 6,
    });
    expect(said('fruit')).toMatchObject({ path: folder });
    expect(said(folder, { found: { classes: 2, train: 7, test: 6 } })).toMatch(
      /^dataUnusable found: .*train 6 instead of 7/u,
    );
  });

  it('names what is missing before anything is opened', async () => {
    const copy = join(root, 'missing');
    await writeImageFolder(copy, 1);
    rmSync(join(copy, 'test/leaf'), { recursive: true });
    expect(said(copy)).toMatch(/^dataUnusable path: .*test\/leaf is missing/u);
    write(join(copy, 'test/leaf/notes.txt'), 'no image');
    expect(said(copy)).toMatch(/test\/leaf has no JPEG or PNG file/u);
    await writeImage(join(copy, 'test/leaf/0.png'), [0, 255, 0]);
    await writeImage(join(copy, 'test/stone/0.png'), [9, 9, 9]);
    expect(said(copy)).toMatch(/test\/stone is of a class that .*train does not have/u);
    expect(said(join(root, 'nowhere'))).toMatch(/nowhere is not there/u);
    expect(said(join(copy, 'train'))).toMatch(/has no folder train/u);
    expect(existsSync(join(copy, 'train'))).toBe(true);
  });
});

describe('a CSV list', () => {
  const folder = join(root, 'listed');
  const list = (text: string): object => {
    write(join(folder, 'list.csv'), text);
    return { list: 'list.csv' };
  };
  beforeAll(async () => {
    for (let index = 0; index < 4; index++)
      await writeImage(join(folder, `images/${index}.png`), [60 * index, 0, 0]);
  });

  it('gives labels and splits', async () => {
    const more = list('split,file,label\ntrain,images/0.png,10\ntrain,images/1.png,9\ntest,images/2.png,9\nval,images/3.png,10\n'); // prettier-ignore
    const dataset = await open(folder, more);
    // Numbers are in the order of numbers.
    expect(dataset.classNames).toEqual(['9', '10']);
    expect([...dataset.train.labels]).toEqual([0, 1]);
    expect([dataset.train.values[0], dataset.test.values[0]]).toEqual([60, 120]);
  });

  it('takes labels and splits from folders where it has no such column', async () => {
    const split = join(root, 'split');
    for (const label of ['cat', 'dog'])
      for (const index of [0, 1]) await writeImage(join(split, label, `${index}.png`), [index, 0, 0]);
    write(
      join(split, 'split.csv'),
      'file,split\ncat/0.png,train\ndog/0.png,train\ncat/1.png,test\ndog/1.png,test\n',
    );
    const dataset = await open(split, { list: 'split.csv' });
    expect(dataset.classNames).toEqual(['cat', 'dog']);
    expect([...dataset.test.labels]).toEqual([0, 1]);
  });

  it.each([
    ['name,label\na,b\n', /list\.csv has no column file/u],
    ['file,label,split\n', /has no rows/u],
    [
      'file,label,split\nimages/0.png,a,train\nimages/9.png,b,train\n',
      /list\.csv:3: .*images\/9\.png is not there/u,
    ],
    ['file,label,split\nimages/0.png,a,tryout\n', /list\.csv:2: There is no split tryout/u],
    ['file,label,split\n../x.png,a,train\n', /list\.csv:2: \.\.\/x\.png is outside/u],
    ['file,label,split\nimages/0.png,,train\n', /list\.csv:2: images\/0\.png has no label/u],
    [
      'file,label,split\nimages/0.png,a,train\nimages/0.png,b,test\n',
      /list\.csv:3: images\/0\.png stands in line 2 too/u,
    ],
    [
      'file,label,split\nimages/0.png,a,train\nimages/1.png,b,train\nimages/2.png,a,test\n',
      /The class b has no image to test/u,
    ],
    ['file,label\nimages/0.png,"a\n', /cannot be read as CSV/u],
  ])('that is wrong is named with its line: %j', (text, message) => {
    const found = said(folder, list(text));
    expect(found).toMatch(/^dataUnusable list: /u);
    expect(found).toMatch(message);
  });
});
