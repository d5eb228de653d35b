import * as tf from '@tensorflow/tfjs-core';
import type { Network } from '../models/network.ts';
import { plainSamples, type EvaluatedSplit } from '../trainer/evaluation.ts';
import { logitsOf, type Path } from './passes.ts';

const WARM_UPS = 2;
const FEWEST = 5;
const MOST = 50;
const LONGEST_MS = 1_000;

export interface Latency {
  readonly batch: number;
  /** Median of one forward pass, until its logits can be read. */
  readonly milliseconds: number;
  readonly repeats: number;
}

/** Times forward passes of a path on the first samples, warm: for a second or fifty passes, at least five. */
export async function latencyOf(
  network: Network,
  path: Path,
  of: EvaluatedSplit,
  batch: number,
): Promise<Latency> {
  const size = Math.min(batch, of.samples.length);
  const x = tf.tensor(plainSamples(of, 0, size), [size, ...of.dataset.shape]);
  const times: number[] = [];
  const begun = performance.now();
  for (
    let pass = 0;
    pass < WARM_UPS + FEWEST || (times.length < MOST && performance.now() - begun < LONGEST_MS);
    pass++
  ) {
    const before = performance.now();
    const logits = tf.tidy(() => logitsOf(network, path, x));
    await logits.data();
    logits.dispose();
    if (pass >= WARM_UPS) times.push(performance.now() - before);
  }
  x.dispose();
  const sorted = times.sort((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  const milliseconds = ((sorted[Math.floor(middle)] ?? 0) + (sorted[Math.ceil(middle)] ?? 0)) / 2;
  return { batch: size, milliseconds, repeats: times.length };
}
