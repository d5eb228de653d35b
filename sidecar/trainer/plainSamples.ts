import { setImmediate } from 'node:timers/promises';
import * as tf from '@tensorflow/tfjs-core';
import type { Dataset } from '../datasets/dataset.ts';
import type { PlainBatch, PlainSamples, PlainSplit } from '../methods/training.ts';
import { everySample, plainSamples, type EvaluatedSplit } from './evaluation.ts';

/** Training samples outside the validation split, and that split, as methods read them between steps. */
export function plainSamplesOf(
  data: { readonly dataset: Dataset; readonly validation: Uint32Array } | null,
  batchSize: number,
): PlainSamples {
  const splits = new Map<PlainSplit, EvaluatedSplit>();
  const of = (name: PlainSplit): EvaluatedSplit => {
    if (!data) throw new Error('The method asks for samples but the experiment has no data set.');
    const { dataset, validation } = data;
    const known = splits.get(name);
    if (known) return known;
    const held = new Set(validation);
    const samples =
      name === 'validation' ? validation : everySample(dataset.train).filter((sample) => !held.has(sample));
    const split = { dataset, split: dataset.train, samples };
    splits.set(name, split);
    return split;
  };
  async function* batches(name: PlainSplit, limit = Infinity): AsyncIterable<PlainBatch> {
    const split = of(name);
    const count = Math.min(limit, split.samples.length);
    for (let from = 0; from < count; from += batchSize) {
      const to = Math.min(count, from + batchSize);
      const samples = Uint32Array.from({ length: to - from }, (_, index) => split.samples[from + index] ?? 0);
      const x = tf.tensor(plainSamples(split, from, to), [to - from, ...split.dataset.shape]);
      const labels = tf.tensor1d(
        Int32Array.from(samples, (sample) => split.split.labels[sample] ?? 0),
        'int32',
      );
      try {
        yield { x, labels, samples };
      } finally {
        tf.dispose([x, labels]);
      }
      // A long pass must not starve the process.
      await setImmediate();
    }
  }
  return { count: (name) => of(name).samples.length, batches };
}
