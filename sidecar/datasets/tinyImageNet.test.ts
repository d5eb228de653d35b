import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { deflateRawSync, crc32 as nodeCrc32 } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import { downloadSet } from './downloadSet.ts';
import { openImages } from './openImages.ts';
import { ownFolder, DECODER, serveWith, write, writeImage } from './testing.ts';
import { scanTinyImageNet, TINY_IMAGE_NET } from './tinyImageNet.ts';
import { unzip } from './unzip.ts';
import { createHash } from 'node:crypto';

const root = ownFolder();
const inside = 'tiny-imagenet-200';
const ids = ['n02', 'n01'];

async function writeSet(folder: string): Promise<void> {
  const at = join(folder, inside);
  for (const [label, id] of ids.entries())
    for (const index of [0, 1])
      await writeImage(join(at, `train/${id}/images/${id}_${index}.JPEG`), [100 * label, 0, 0], { width: 64, height: 64 }); // prettier-ignore
  await writeImage(join(at, 'val/images/val_0.JPEG'), [0, 0, 200], { width: 64, height: 64 });
  write(join(at, 'val/val_annotations.txt'), 'val_0.JPEG\tn01\t0\t0\t63\t63\n');
  write(join(at, 'wnids.txt'), `${ids.join('\n')}\n`);
  write(join(at, 'words.txt'), 'n01\tgoldfish, Carassius auratus\nn02\ttoad\nn03\tnothing\n');
}

describe('TinyImageNet', () => {
  const folder = join(root, 'set');
  beforeAll(() => writeSet(folder));

  it('has its classes in the order of wnids.txt, and its validation images as the test split', async () => {
    const listing = scanTinyImageNet(folder);
    expect(scanTinyImageNet(join(folder, inside))).toEqual(listing);
    expect(listing.classNames).toEqual(['toad', 'goldfish']);
    const how = { shape: [64, 64, 3] as const, fit: 'fill' as const };
    const dataset = await openImages(listing, how, TINY_IMAGE_NET, join(root, 'cache'), { decoder: DECODER });
    expect([...dataset.train.labels, ...dataset.test.labels]).toEqual([0, 0, 1, 1, 1]);
    expect(dataset.test.values).toHaveLength(64 * 64 * 3);
    expect(dataset.mean).toEqual([0.4802, 0.4481, 0.3975]);
  });

  it('names what is missing, and the line of the annotations that is wrong', async () => {
    const faulty = join(root, 'faulty');
    await writeSet(faulty);
    const annotations = join(faulty, inside, 'val/val_annotations.txt');
    write(annotations, 'val_0.JPEG\tn01\nval_9.JPEG\tn02\n');
    expect(() => scanTinyImageNet(faulty)).toThrow(/val_annotations\.txt:2: .*val_9\.JPEG is not there/u);
    write(annotations, 'val_0.JPEG\tn77\n');
    expect(() => scanTinyImageNet(faulty)).toThrow(/val_annotations\.txt:1: there is no class n77/u);
    rmSync(join(faulty, inside, 'train/n02'), { recursive: true });
    expect(() => scanTinyImageNet(faulty)).toThrow(/train\/n02\/images is missing/u);
    rmSync(join(faulty, inside, 'wnids.txt'));
    expect(() => scanTinyImageNet(faulty)).toThrow(/wnids\.txt is missing/u);
  });
});

describe('a zip archive', () => {
  it('is unpacked after the download, and goes', async () => {
    const bytes = zipOf({ 'a/x.txt': 'one', 'a/b/y.txt': 'two' });
    const address = await serveWith((_, response) => response.end(bytes));
    const md5 = createHash('md5').update(bytes).digest('hex');
    const folder = join(root, 'unpacked');
    const heard: string[] = [];
    await downloadSet([{ url: `${address}set.zip`, bytes: bytes.length, md5 }], folder, {
      onProgress: ({ what, done, total }) => heard.push(`${what} ${done}/${total}`),
    });
    expect(readFileSync(join(folder, 'a/b/y.txt'), 'utf8')).toBe('two');
    expect(existsSync(join(folder, 'set.zip'))).toBe(false);
    expect(heard.at(-1)).toBe('unpacking 2/2');
  });

  it('that leads out of its folder, or is cut short, is refused', async () => {
    const folder = join(root, 'safe');
    mkdirSync(folder);
    const evil = write(join(root, 'evil.zip'), zipOf({ '../escaped.txt': 'x' }));
    await expect(unzip(evil, folder, undefined, () => undefined)).rejects.toThrow(
      /evil\.zip cannot be unpacked/u,
    );
    expect(existsSync(join(root, 'escaped.txt'))).toBe(false);
    const bytes = zipOf({ 'x.txt': 'one' });
    const cut = write(join(root, 'cut.zip'), bytes.subarray(0, bytes.length - 30));
    await expect(unzip(cut, folder, undefined, () => undefined)).rejects.toThrow(
      /cut\.zip cannot be unpacked/u,
    );
  });
});

/** A zip with these texts; the names are not looked at. */
function zipOf(files: Readonly<Record<string, string>>): Buffer {
  const [locals, centrals]: [Buffer[], Buffer[]] = [[], []];
  let offset = 0;
  for (const [name, text] of Object.entries(files)) {
    const [content, title] = [Buffer.from(text), Buffer.from(name)];
    const packed = deflateRawSync(content);
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(8, 4);
    common.writeUInt32LE(nodeCrc32(content), 10);
    common.writeUInt32LE(packed.length, 14);
    common.writeUInt32LE(content.length, 18);
    common.writeUInt16LE(title.length, 22);
    const local = Buffer.concat([Buffer.from('PK\u0003\u0004'), common, title, packed]);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(offset, 10);
    centrals.push(Buffer.concat([Buffer.from('PK\u0001\u0002\u0014\u0000'), common, tail, title]));
    locals.push(local);
    offset += local.length;
  }
  const central = Buffer.concat(centrals);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(centrals.length, 4);
  end.writeUInt16LE(centrals.length, 6);
  end.writeUInt32LE(central.length, 8);
  end.writeUInt32LE(offset, 12);
  return Buffer.concat([...locals, central, Buffer.from('PK\u0005\u0006'), end]);
}
