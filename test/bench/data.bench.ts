/**
 * The benchmark of the data: a folder of JPEG files opened for the first and for the second time, and the input pipeline
 * (three views, crop and flip, in its worker thread, as in training) against what the fastest backend here takes.
 *
 * Ends with code 1 if a goal is missed: the second start takes less than 2 s for 60,000 images; the pipeline makes three times
 * what is trained on. `--folder` names a folder with train/<class>/ and test/<class>/, else a small one is made.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import sharp from 'sharp';
import { prepareBackend } from '../../sidecar/backends/prepare.ts';
import { PrefetchSource } from '../../sidecar/datasets/batchSource.ts';
import type { Dataset } from '../../sidecar/datasets/dataset.ts';
import { imageFolderOptions } from '../../sidecar/datasets/imageFolder.options.ts';
import { openDataset } from '../../sidecar/datasets/registry.ts';
import { Network } from '../../sidecar/models/network.ts';
import { Stream } from '../../sidecar/random/stream.ts';
import { judge } from './judge.ts';
import { ourStep } from './ourStep.ts';
import { inTurns } from './step.ts';
import { BATCH, makeBatch, resnet8, SIDE } from './task.ts';

const GOAL_SECOND_MS = 2_000;
const GOAL_IMAGES = 60_000;
const GOAL_RATIO = 3;
const VIEWS = 3;
/** Of the pipeline, as large as in the published runs. */
const PIPELINE_BATCH = 128;
const WARM_UP = 5;

const { values } = parseArgs({
  options: {
    folder: { type: 'string' },
    images: { type: 'string', default: '2000' },
    rounds: { type: 'string', default: '15' },
    batches: { type: 'string', default: '300' },
  },
});
const root = mkdtempSync(join(tmpdir(), 'distillery-bench-data-'));
try {
  console.log(`${cpus()[0]?.model ?? 'unknown processor'} × ${cpus().length}; Node ${process.version}`);
  const dataset = await measureOpening(values.folder ?? (await makeFolder(Number(values.images))));
  await measurePipeline(dataset);
} finally {
  rmSync(root, { recursive: true, force: true });
}

/** Noise as JPEG: more to decode than a photograph of the same size has. */
async function makeFolder(images: number): Promise<string> {
  const folder = join(root, 'images');
  for (let index = 0; index < images; index++) {
    const place = join(folder, index % 6 === 0 ? 'test' : 'train', `class ${Math.floor(index / 6) % 10}`);
    mkdirSync(place, { recursive: true });
    const noise = Stream.of(index, 'bench').normals(SIDE * SIDE * 3, 50);
    const pixels = Uint8Array.from(noise, (value) => Math.max(0, Math.min(255, 128 + value)));
    const image = sharp(pixels, { raw: { width: SIDE, height: SIDE, channels: 3 } });
    writeFileSync(join(place, `${index}.jpg`), await image.jpeg().toBuffer());
  }
  return folder;
}

async function measureOpening(folder: string): Promise<Dataset> {
  const options = imageFolderOptions.parse({ name: 'imageFolder', path: resolve(folder), size: SIDE });
  const how = {
    env: { DISTILLERY_DATA: join(root, 'data') },
    decoder: pathToFileURL(resolve('dist/sidecar/imageWorker.js')),
  };
  const open = async (): Promise<[Dataset, number]> => {
    const start = performance.now();
    const dataset = await openDataset(options, 0, how);
    return [dataset, performance.now() - start];
  };
  const [, first] = await open();
  const [dataset, second] = await open();
  const images = dataset.train.labels.length + dataset.test.labels.length;
  console.log(
    `${images} images: decoded in ${(first / 1000).toFixed(1)} s (${((1000 * images) / first).toFixed(0)} images/s); second start ${second.toFixed(0)} ms`,
  );
  judge(
    `second start below ${GOAL_SECOND_MS} ms for ${GOAL_IMAGES} images${images < GOAL_IMAGES ? ' (scaled)' : ''}`,
    second * Math.max(1, GOAL_IMAGES / images) < GOAL_SECOND_MS,
  );
  return dataset;
}

/** Both one after the other: in training they share the processor's cores, where there are several. */
async function measurePipeline(dataset: Dataset): Promise<void> {
  const source = new PrefetchSource(pathToFileURL(resolve('dist/sidecar/prefetchWorker.js')), {
    dataset,
    sampler: {
      seed: 1,
      batchSize: PIPELINE_BATCH,
      validation: 0,
      epochSteps: 1,
      views: { crop: { padding: 4 }, flip: true, noise: 0 },
    },
  });
  const batches = Number(values.batches);
  source.begin({ stage: 0, from: 0, to: WARM_UP + batches, views: VIEWS });
  for (let index = 0; index < WARM_UP; index++) await source.next();
  const start = performance.now();
  let samples = 0;
  for (let index = 0; index < batches; index++) samples += (await source.next()).size;
  const made = (1000 * samples) / (performance.now() - start);
  await source.close();
  const { name, device } = await prepareBackend('auto', { env: process.env });
  const network = new Network('benchmark', resnet8, { seed: 1 });
  const step = ourStep(network, makeBatch());
  for (let index = 0; index < WARM_UP; index++) step();
  const [milliseconds = NaN] = inTurns([step], Number(values.rounds));
  const taken = (1000 * BATCH) / milliseconds;
  console.log(
    `pipeline: ${made.toFixed(0)} samples/s of ${VIEWS} views each (${((made * VIEWS * SIDE * SIDE * 3) / 1e6).toFixed(0)} million values/s)`,
  );
  console.log(
    `${name} (${device}): ResNet-8 alone, the least that a method does, takes ${taken.toFixed(0)} samples/s of 1 view`,
  );
  console.log(
    `ratio ${(made / taken).toFixed(1)} in samples, ${((VIEWS * made) / taken).toFixed(1)} in views`,
  );
  judge(`the pipeline makes at least ${GOAL_RATIO} times what the backend takes`, made / taken >= GOAL_RATIO);
}
