import { createHash } from 'node:crypto';
import { Stream } from '../random/stream.ts';
import type { Dataset, Split } from './dataset.ts';
import type { DatasetOptions } from './options.ts';

type SyntheticOptions = Extract<DatasetOptions, { name: 'synthetic' }>;

/** Gaussian classes around random centres, wholly determined by the seed. */
export function makeSynthetic(options: SyntheticOptions, seed: number): Dataset {
  const { classes, shape, noise } = options;
  const features = shape.reduce((product, extent) => product * extent, 1);
  const stream = Stream.of(seed, 'synthetic');
  const centres = stream.at(0).normals(classes * features, 1);
  const draw = (count: number, split: number): Split => {
    const values = stream.at(split).normals(count * features, noise);
    const labels = Int32Array.from({ length: count }, (_, sample) => sample % classes);
    for (let index = 0; index < values.length; index++) {
      const centre = (labels[Math.floor(index / features)] ?? 0) * features + (index % features);
      values[index] = (values[index] ?? 0) + (centres[centre] ?? 0);
    }
    return { values, labels };
  };
  const train = draw(options.samples, 1);
  const test = draw(options.testSamples, 2);
  const channels = shape.length === 3 ? shape[2] : 1;
  const hash = createHash('sha256');
  for (const { values, labels } of [train, test])
    for (const part of [values, labels])
      hash.update(new Uint8Array(part.buffer, part.byteOffset, part.byteLength));
  return {
    shape: [...shape],
    classes,
    classNames: Array.from({ length: classes }, (_, index) => `class ${index}`),
    scale: 1,
    mean: new Array<number>(channels).fill(0),
    deviation: new Array<number>(channels).fill(1),
    train,
    test,
    digest: hash.digest('hex'),
  };
}
