import { createHash } from 'node:crypto';
import type { Dataset, Split } from './dataset.ts';

/**
 * Positions of `limit` samples, one of each class in turn in stored order until there are enough; a class that has no more is
 * left out of the turn. Ascending. It depends on no seed: runs of all seeds share the samples.
 */
export function balancedSubset(labels: ArrayLike<number>, classes: number, limit: number): Uint32Array {
  const queues = Array.from({ length: classes }, (): number[] => []);
  for (let sample = 0; sample < labels.length; sample++) queues[labels[sample] ?? 0]?.push(sample);
  const count = Math.min(limit, labels.length);
  const chosen = new Uint32Array(count);
  let taken = 0;
  for (let turn = 0; taken < count; turn++)
    for (const queue of queues) {
      const sample = queue[turn];
      if (sample !== undefined && taken < count) chosen[taken++] = sample;
    }
  return chosen.sort();
}

/** The data set with so many training samples; its digest then tells of the choice too. */
export function withLimit(dataset: Dataset, limit: number | undefined): Dataset {
  const { train, classes } = dataset;
  if (limit === undefined || limit >= train.labels.length) return dataset;
  const chosen = balancedSubset(train.labels, classes, limit);
  const hash = createHash('sha256').update(dataset.digest);
  hash.update(new Uint8Array(chosen.buffer));
  return { ...dataset, train: select(train, chosen), digest: hash.digest('hex') };
}

function select({ values, labels }: Split, chosen: Uint32Array): Split {
  const length = values.length / labels.length;
  const few =
    values instanceof Uint8Array
      ? new Uint8Array(new SharedArrayBuffer(chosen.length * length))
      : new Float32Array(new SharedArrayBuffer(chosen.length * length * 4));
  chosen.forEach((sample, index) => {
    few.set(values.subarray(sample * length, (sample + 1) * length), index * length);
  });
  return { values: few, labels: Int32Array.from(chosen, (sample) => labels[sample] ?? 0) };
}
