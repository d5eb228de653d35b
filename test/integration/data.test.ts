import { existsSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { viewsSchema } from '../../sidecar/protocol/views.ts';
import { listRuns, readRun } from '../../sidecar/store/runs.ts';
import { write, writeImage, writeImageFolder } from '../../sidecar/datasets/testing.ts';
import { CLI, distillery, startNode, temporaryFolder } from '../support/processes.ts';

const experiment = (more = ''): string => `
dataset: { name: imageFolder, path: images, size: 8${more} }
views: { crop: { padding: 2 }, flip: true }
models: { default: { name: resnet8 } }
method: { name: dkel, ema: { beta: 0.5 } }
training: { epochs: 2, epochSteps: 2, batchSize: 4, seed: 1, validation: 4 }
logging: { every: 1, samples: 1 }
checkpoints: { every: 2 }
backend: wasm
`;

describe('an experiment with a folder of images', () => {
  let folder: string;
  let file: string;
  const run = (...args: string[]) =>
    distillery(['--runs', join(folder, 'runs'), ...args], { DISTILLERY_DATA: join(folder, 'data') });
  const only = async () => {
    const [found] = (await listRuns(join(folder, 'runs'))).runs;
    if (!found) throw new Error('there is no run');
    return found.runDir;
  };
  beforeAll(async () => {
    folder = await temporaryFolder('image-folder');
    await writeImageFolder(join(folder, 'images'), 8);
    file = write(join(folder, 'x.distill.yaml'), experiment());
  });

  it('is trained: what was found is resolved, and the first views are shown', async () => {
    const { code, stderr } = await run('run', file);
    expect(stderr).not.toMatch(/error/u);
    expect(code).toBe(0);
    const runDir = await only();
    expect(readFileSync(join(runDir, 'resolved.yaml'), 'utf8')).toContain(
      `path: ${join(folder, 'images')}\n  size: 8\n  channels: 3\n  fit: cover\n  found:\n    classes: 2\n    train: 16\n    test: 16\n`,
    );
    expect(readFileSync(join(runDir, 'log.txt'), 'utf8')).toContain('decoding 32 of 32 images');
    const record = await readRun(runDir);
    expect(record.preparation).toBeNull();
    expect(record.digests['data']).toMatch(/^[0-9a-f]{64}$/u);
    const views = viewsSchema.parse(JSON.parse(readFileSync(join(runDir, 'views.json'), 'utf8')));
    expect(views.classes).toEqual(['apple', 'leaf']);
    expect(views.samples.map((sample) => sample.views.length)).toEqual([3, 3, 3, 3]);
  });

  it('shows the same views as a sheet', async () => {
    const out = join(folder, 'sheet.png');
    const { code } = await run('data', 'preview', file, '--out', out, '--samples', '2');
    expect(code).toBe(0);
    // Two rows of four pictures of 96 pixels with gaps.
    const png = readFileSync(out);
    expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([4 * 98 + 2, 2 * 98 + 2]);
  });

  it('goes on only with the data that it began with', async () => {
    const runDir = await only();
    const record = JSON.parse(readFileSync(join(runDir, 'run.json'), 'utf8')) as object;
    writeFileSync(join(runDir, 'run.json'), JSON.stringify({ ...record, status: 'stopped' }));
    const image = join(folder, 'images/train/leaf/0.png');
    const before = readFileSync(image);
    await writeImage(image, [0, 0, 255]);
    const changed = await run('resume', runDir);
    expect(changed.code).toBe(1);
    expect(changed.stderr).toMatch(/The data have changed since the run began/u);
    writeFileSync(image, before);
    utimesSync(image, new Date(), new Date());
    expect((await run('resume', runDir)).code).toBe(0);
  });

  it.each([
    [
      'a list that is wrong',
      ', list: list.csv',
      /x\.distill\.yaml:2:\d+: error dataUnusable: .*list\.csv:2: There is no split/u,
    ],
    [
      'other data than it was made for',
      ', found: { classes: 2, train: 3, test: 16 }',
      /error dataUnusable: .*train 16 instead of 3/u,
    ],
  ])('is refused for %s', async (_, more, message) => {
    write(join(folder, 'images/list.csv'), 'file,split\ntrain/leaf/0.png,other\n');
    const other = write(
      join(folder, 'other', 'x.distill.yaml'),
      experiment(more).replace('path: images', 'path: ../images'),
    );
    const { code, stderr } = await run('run', other);
    expect(stderr).toMatch(message);
    expect(code).toBe(2);
  });

  it.each(['a signal', 'a wish'])('stops by %s while it decodes, and keeps nothing of it', async (how) => {
    const large = join(folder, `large by ${how}`);
    await writeImage(join(large, 'one.jpg'), [9, 9, 9], { width: 3000, height: 3000 });
    const image = readFileSync(join(large, 'one.jpg'));
    for (const split of ['train', 'test'])
      for (const label of ['a', 'b'])
        for (let index = 0; index < 60; index++)
          write(join(large, 'images', split, label, `${index}.jpg`), image);
    const own = join(large, 'runs');
    const env = { DISTILLERY_DATA: join(large, 'data') };
    const { child, finished } = startNode(
      [CLI, '--runs', own, 'run', write(join(large, 'x.distill.yaml'), experiment())],
      env,
    );
    const preparing = async () =>
      (await listRuns(own)).runs.find(({ record }) => (record.preparation?.done ?? 0) > 0);
    await expect.poll(preparing, { timeout: 60_000 }).toBeDefined();
    if (how === 'a signal') child.kill('SIGINT');
    else
      expect((await distillery(['--runs', own, 'stop', (await preparing())?.runDir ?? ''], env)).code).toBe(
        0,
      );
    expect((await finished).code).toBe(3);
    const [ended] = (await listRuns(own)).runs;
    expect(ended?.record).toMatchObject({ status: 'stopped', step: 0, preparation: null });
    const cache = join(large, 'data', 'cache');
    expect(existsSync(cache) ? readdirSync(cache) : []).toEqual([]);
  });

  it('fails with the name of the image that cannot be decoded', async () => {
    const broken = join(folder, 'broken');
    await writeImageFolder(join(broken, 'images'), 8);
    write(join(broken, 'images/test/apple/3.jpg'), 'no image');
    const { code, stderr } = await run('run', write(join(broken, 'x.distill.yaml'), experiment()));
    expect(code).toBe(1);
    expect(stderr).toMatch(/test\/apple\/3\.jpg cannot be decoded: .*\n?.*Replace or remove the file/u);
  });
});

describe('distillery data', () => {
  it('lists, adds and checks', async () => {
    const folder = await temporaryFolder('data-cli');
    const env = { DISTILLERY_DATA: join(folder, 'data') };
    const listed = await distillery(['data', 'list', '--json'], env);
    const { sets } = JSON.parse(listed.stdout) as { sets: { name: string; how: string | null }[] };
    expect(sets.map(({ name, how }) => [name, how])).toEqual([
      ['mnist', 'embedded'],
      ['fashionMnist', null],
      ['cifar10', null],
      ['cifar100', null],
      ['tinyImageNet', null],
    ]);
    const checked = await distillery(['data', 'check', 'mnist'], env);
    expect(checked.stdout).toMatch(
      /^mnist: 60000 training and 10000 test samples of 10 classes, SHA-256 [0-9a-f]{64}\.$/mu,
    );
    const none = await distillery(['data', 'add', 'cifar10', folder], env);
    expect([none.code, none.stderr]).toEqual([2, expect.stringContaining('holds no CIFAR')]);
    expect(existsSync(join(folder, 'data', 'added.json'))).toBe(false);
    const names = ['t10k-images-idx3-ubyte', 't10k-labels-idx1-ubyte', 'train-images-idx3-ubyte', 'train-labels-idx1-ubyte']; // prettier-ignore
    for (const name of names) write(join(folder, 'fashion', `${name}.gz`), '');
    const added = await distillery(['data', 'add', 'fashionMnist', join(folder, 'fashion')], env);
    expect(added.stdout).toContain(`Fashion-MNIST is taken from ${join(folder, 'fashion')}.`);
    const broken = await distillery(['data', 'check', 'fashionMnist'], env);
    expect([broken.code, broken.stderr]).toEqual([1, expect.stringContaining('train-images-idx3-ubyte.gz cannot be unpacked')]); // prettier-ignore
    expect((await distillery(['data', 'check', 'nothing'], env)).code).toBe(2);
  });
});
