import { z } from 'zod';
import type { Dataset } from '../datasets/dataset.ts';
import type { Sampler } from '../datasets/sampler.ts';
import { viewsSchema, type Views } from '../protocol/views.ts';
import { VIEWS_FILE } from '../store/runs.ts';
import { pictureOf, pictureShape } from './picture.ts';
import type { RunFiles } from './runFiles.ts';

/** As many as one looks at. */
export const SHOWN_SAMPLES = 6;

/** A sample with its views, as PNG. */
export interface PicturedSample {
  readonly sample: number;
  readonly label: number;
  readonly plain: Uint8Array;
  readonly views: readonly Uint8Array[];
}

/**
 * The first samples of a stage’s first batch with exactly the views that its first step sees; null where samples are no images.
 * @param stage index of the stage @param views how many of each sample
 */
export function picturedViews(
  sampler: Sampler,
  stage: number,
  views: number,
  count: number,
): PicturedSample[] | null {
  const { dataset } = sampler;
  const shape = pictureShape(dataset.shape);
  if (shape === null || views === 0) return null;
  const length = shape.height * shape.width * shape.channels;
  const batch = sampler.batch(stage, 0, views);
  return [...batch.samples.slice(0, count)].map((sample, index) => ({
    sample,
    label: batch.labels[index] ?? 0,
    plain: pictureOf(shape, dataset.train.values.subarray(sample * length, (sample + 1) * length)),
    views: batch.views.map((values) =>
      pictureOf(shape, unnormalised(values.subarray(index * length, (index + 1) * length), dataset)),
    ),
  }));
}

/** Back to 0 … 255, as a picture has it; noise may lead beyond. */
function unnormalised(values: Float32Array, { shape, mean, deviation }: Dataset): Uint8Array {
  const channels = shape[2] ?? 1;
  const bytes = Uint8ClampedArray.from(values, (value, index) => {
    const channel = index % channels;
    return 255 * (value * (deviation[channel] ?? 1) + (mean[channel] ?? 0));
  });
  return new Uint8Array(bytes.buffer);
}

/** Writes `views.json`; nothing where samples are no images. @throws StoreError `lease-lost` */
export function writeViews(
  files: RunFiles,
  sampler: Sampler,
  stage: { readonly index: number; readonly name: string; readonly views: number },
): void {
  const samples = picturedViews(sampler, stage.index, stage.views, SHOWN_SAMPLES);
  if (samples === null) return;
  const base64 = (png: Uint8Array): string => Buffer.from(png).toString('base64');
  const views: Views = {
    version: 1,
    stage: stage.name,
    classes: [...sampler.dataset.classNames],
    samples: samples.map(({ sample, label, plain, views }) => ({
      sample,
      label,
      plain: base64(plain),
      views: views.map(base64),
    })),
  };
  files.writeJson(VIEWS_FILE, z.encode(viewsSchema, views));
}
