import * as tf from '@tensorflow/tfjs-core';
import { representationOf, type Representation } from '../analysis/comparison/cka.ts';
import type { Network } from '../models/network.ts';
import { Stream } from '../random/stream.ts';
import { plainSamples, type EvaluatedSplit } from '../trainer/evaluation.ts';
import { blocksOf, pooled, type Path } from './passes.ts';

/** Enough for CKA to be steady; its matrices have this many rows and columns. */
const MOST_SAMPLES = 512;
const BATCH = 128;

/** The samples for CKA: a seeded choice, ascending; all where there are few. */
export function someSamples(of: EvaluatedSplit, seed: number): EvaluatedSplit {
  const places = Stream.of(seed, 'cka').permutation(of.samples.length).slice(0, MOST_SAMPLES).sort();
  return { ...of, samples: Uint32Array.from(places, (place) => of.samples[place] ?? 0) };
}

/** What every block makes of the samples, by its name relative to the path. */
export async function representationsOf(
  network: Network,
  path: Path,
  of: EvaluatedSplit,
): Promise<Map<string, Representation>> {
  const count = of.samples.length;
  const features = new Map<string, Float32Array>();
  for (let from = 0; from < count; from += BATCH) {
    const to = Math.min(count, from + BATCH);
    const outputs = tf.tidy(() => {
      const x = tf.tensor(plainSamples(of, from, to), [to - from, ...of.dataset.shape]);
      return Object.fromEntries(
        [...blocksOf(network, path, x)].map(([name, block]) => [name, pooled(block)]),
      );
    });
    for (const [name, tensor] of Object.entries(outputs)) {
      const width = tensor.shape[1];
      const all = features.get(name) ?? new Float32Array(count * width);
      all.set(await tensor.data<'float32'>(), from * width);
      features.set(name, all);
      tensor.dispose();
    }
  }
  return new Map([...features].map(([name, values]) => [name, representationOf(values, count)]));
}
