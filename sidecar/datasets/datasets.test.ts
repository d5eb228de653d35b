import { readFileSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { DirectSource, PrefetchSource } from './batchSource.ts';
import { readIdx } from './idx.ts';
import { openIdxSet } from './idxSet.ts';
import { openDataset } from './registry.ts';
import { Sampler, type SamplerOptions } from './sampler.ts';
import { makeSynthetic } from './synthetic.ts';
import { ownFolder, write } from './testing.ts';

const NO_VIEWS = { crop: { padding: 0 }, flip: false, noise: 0 };
const synthetic = (shape: [number] | [number, number, number] = [4]) =>
  makeSynthetic({ name: 'synthetic', samples: 50, testSamples: 10, classes: 3, shape, noise: 1 }, 5);
const options: SamplerOptions = { seed: 5, batchSize: 16, validation: 10, epochSteps: null, views: NO_VIEWS };

describe('MNIST', () => {
  it('is whole: sizes, shape, the first labels, and every class', async () => {
    const mnist = await openDataset({ name: 'mnist' }, 0);
    expect(mnist.train.labels.length).toBe(60_000);
    expect(mnist.test.labels.length).toBe(10_000);
    expect(mnist.train.values.length).toBe(60_000 * 784);
    expect([...mnist.train.labels.slice(0, 5)]).toEqual([5, 0, 4, 1, 9]);
    expect(new Set(mnist.test.labels).size).toBe(10);
    let sum = 0;
    for (const value of mnist.train.values) sum += value;
    const mean = sum / mnist.train.values.length / 255;
    expect(mean).toBeCloseTo(mnist.mean[0] ?? NaN, 3);
  });
});

describe('IDX files', () => {
  const folder = ownFolder();
  const idx = (shape: readonly number[], data: readonly number[]): Uint8Array => {
    const bytes = new Uint8Array(4 + 4 * shape.length + data.length);
    const view = new DataView(bytes.buffer);
    view.setUint32(0, 0x0800 + shape.length);
    shape.forEach((extent, index) => {
      view.setUint32(4 + 4 * index, extent);
    });
    bytes.set(data, 4 + 4 * shape.length);
    return bytes;
  };
  const files = (labels: readonly number[]) => {
    const images = idx(
      [2, 28, 28],
      Array.from({ length: 2 * 784 }, (_, index) => index % 251),
    );
    write(join(folder, 'train-images-idx3-ubyte'), images);
    write(join(folder, 'train-labels-idx1-ubyte.gz'), gzipSync(idx([labels.length], labels)));
    write(join(folder, 't10k-images-idx3-ubyte.gz'), gzipSync(images));
    write(join(folder, 't10k-labels-idx1-ubyte'), idx([2], [9, 0]));
  };
  const counts = { train: 2, test: 2 };

  it('are read compressed or not, and give the same digest', async () => {
    files([3, 7]);
    const mixed = await openIdxSet('fashionMnist', folder, counts);
    expect([...mixed.train.labels, ...mixed.test.labels]).toEqual([3, 7, 9, 0]);
    expect(mixed.classNames[9]).toBe('Ankle boot');
    expect(mixed.train.values[300]).toBe(300 % 251);
    write(
      join(folder, 'train-images-idx3-ubyte.gz'),
      gzipSync(readFileSync(join(folder, 'train-images-idx3-ubyte'))),
    );
    rmSync(join(folder, 'train-images-idx3-ubyte'));
    expect((await openIdxSet('fashionMnist', folder, counts)).digest).toBe(mixed.digest);
  });

  it('that do not fit each other are named', async () => {
    files([3, 10]);
    await expect(openIdxSet('mnist', folder, counts)).rejects.toThrow(
      /train-labels.*the label 10 for sample 1/u,
    );
    files([3]);
    await expect(openIdxSet('mnist', folder, counts)).rejects.toThrow(/train-labels.*holds 1 labels, not 2/u);
    files([3, 7]);
    await expect(openIdxSet('mnist', folder, { train: 3, test: 2 })).rejects.toThrow(/2×28×28, not 3×28×28/u);
    write(join(folder, 't10k-images-idx3-ubyte.gz'), Uint8Array.of(1, 2, 3));
    await expect(openIdxSet('mnist', folder, counts)).rejects.toThrow(
      /t10k-images-idx3-ubyte\.gz cannot be unpacked/u,
    );
    rmSync(join(folder, 't10k-images-idx3-ubyte.gz'));
    await expect(openIdxSet('mnist', folder, counts)).rejects.toThrow(/t10k-images-idx3-ubyte is missing/u);
  });

  it('are refused when they are no bytes or cut short', () => {
    expect(() => readIdx(Uint8Array.of(0, 0, 13, 1, 0, 0, 0, 1, 7), 'x')).toThrow(/not an IDX file/u);
    expect(() => readIdx(Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 3, 7), 'x')).toThrow(
      /announces 3 bytes but holds 1/u,
    );
    expect(readIdx(Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 2, 7, 9), 'x')).toEqual({
      shape: [2],
      data: Uint8Array.of(7, 9),
    });
  });
});

describe('the sampler', () => {
  it('gives each epoch every training sample once, the last batch short, the validation split never', () => {
    const sampler = new Sampler(synthetic(), options);
    const epochs = [0, 1].map((epoch) => [0, 1, 2].map((index) => sampler.batch(0, epoch * 3 + index, 1)));
    for (const batches of epochs) {
      expect(batches.map(({ size }) => size)).toEqual([16, 16, 8]);
      const seen = batches.flatMap(({ samples }) => [...samples]).sort((a, b) => a - b);
      expect(new Set(seen).size).toBe(40);
      expect(seen.some((sample) => sampler.validation.includes(sample))).toBe(false);
    }
    expect(epochs[0]?.map(({ samples }) => [...samples])).not.toEqual(
      epochs[1]?.map(({ samples }) => [...samples]),
    );
  });

  it('runs passes into each other where epochs are counted in steps', () => {
    const sampler = new Sampler(synthetic(), { ...options, epochSteps: 7 });
    const seen = Array.from({ length: 5 }, (_, step) => [...sampler.batch(0, step, 1).samples]).flat();
    expect(seen).toHaveLength(80);
    for (const pass of [seen.slice(0, 40), seen.slice(40)]) expect(new Set(pass).size).toBe(40);
  });

  it('is a pure function of its arguments', () => {
    const views = { crop: { padding: 1 }, flip: true, noise: 0.1 };
    const make = () => new Sampler(synthetic([4, 4, 1]), { ...options, views });
    fc.assert(
      fc.property(fc.array(fc.nat(30), { minLength: 1, maxLength: 6 }), (steps) => {
        const wandering = make();
        for (const step of steps) expect(wandering.batch(1, step, 2)).toEqual(make().batch(1, step, 2));
      }),
      { numRuns: 20 },
    );
  });

  it('augments views independently, and pads raw pixels before normalising', () => {
    const views = { crop: { padding: 3 }, flip: false, noise: 0 };
    const dataset = { ...synthetic([4, 4, 1]), mean: [0.5], deviation: [0.25] };
    const { views: made } = new Sampler(dataset, { ...options, views }).batch(0, 0, 3);
    expect(made).toHaveLength(3);
    expect(made[0]).not.toEqual(made[1]);
    const padded = (-0.5 / 0.25).toFixed(4);
    const share =
      (made[0] ?? []).filter((value) => value.toFixed(4) === padded).length / (made[0]?.length ?? 1);
    expect(share).toBeGreaterThan(0.2);
  });

  it('shares synthetic data by seed', () => {
    expect(synthetic().digest).toBe(synthetic().digest);
  });
});

describe('the data worker', () => {
  const sampler = { ...options, views: { ...NO_VIEWS, noise: 0.5 } };
  const script = pathToFileURL(resolve('dist/sidecar/prefetchWorker.js'));
  const source = new PrefetchSource(script, { dataset: synthetic(), sampler });
  afterAll(() => source.close());

  it('gives what the training thread would make itself, also after a jump', async () => {
    const direct = new DirectSource(new Sampler(synthetic(), sampler));
    for (const range of [
      { stage: 0, from: 0, to: 7, views: 2 },
      { stage: 1, from: 3, to: 9, views: 1 },
    ]) {
      direct.begin(range);
      source.begin(range);
      for (let step = range.from; step < range.to; step++)
        expect(await source.next()).toEqual(await direct.next());
    }
  });
});
