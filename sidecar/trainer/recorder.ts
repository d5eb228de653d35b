import * as tf from '@tensorflow/tfjs-core';
import type { EventWriter } from '../store/eventWriter.ts';
import { pictureOf, pictureShape } from './picture.ts';

/** Machine readings over the steps since the last point; they never decide anything. */
export class Meter {
  #samples = 0;
  #steps = 0;
  #waiting = 0;
  #since = performance.now();

  step(samples: number, waitedMilliseconds: number): void {
    this.#samples += samples;
    this.#steps += 1;
    this.#waiting += waitedMilliseconds;
  }

  /** Leaves the time of work that is not training (evaluation, checkpoints) out of the throughput. */
  async aside<T>(work: () => Promise<T>): Promise<T> {
    const from = performance.now();
    try {
      return await work();
    } finally {
      this.#since += performance.now() - from;
    }
  }

  /** Series under `system/`; starts a new window. */
  read(): Record<string, number> {
    const seconds = (performance.now() - this.#since) / 1000;
    const memory = tf.memory();
    const values = {
      'system/samplesPerSecond': this.#samples / seconds,
      'system/stepSeconds': seconds / Math.max(1, this.#steps),
      'system/dataWait': this.#waiting / 1000 / seconds,
      'system/tensors': memory.numTensors,
      'system/tensorBytes': memory.numBytes,
      'system/rss': process.memoryUsage.rss(),
    };
    this.#samples = 0;
    this.#steps = 0;
    this.#waiting = 0;
    this.#since = performance.now();
    return values;
  }
}

/** Equal-width buckets between the smallest and the largest finite value; empty where there is none. */
export function histogramOf(
  values: Float32Array,
  buckets = 30,
): { left: number; right: number; count: number }[] {
  const finite = values.filter(Number.isFinite);
  if (finite.length === 0) return [];
  const [low, high] = finite.reduce(([a, b], v) => [Math.min(a, v), Math.max(b, v)], [Infinity, -Infinity]);
  const width = (high - low) / buckets || 1;
  const counts = new Array<number>(buckets).fill(0);
  for (const value of finite) {
    const index = Math.min(buckets - 1, Math.floor((value - low) / width));
    counts[index] = (counts[index] ?? 0) + 1;
  }
  return counts.map((count, index) => ({
    left: low + index * width,
    right: low + (index + 1) * width,
    count,
  }));
}

/** A few raw samples as PNG pictures under `samples/validation`. @param shape [height, width, channels] */
export function recordSamples(
  events: EventWriter,
  shape: readonly number[],
  samples: readonly (Uint8Array | Float32Array)[],
): void {
  const picture = pictureShape(shape);
  if (picture === null || samples.length === 0) return;
  const images = samples.map((values) => pictureOf(picture, values));
  const { width, height } = picture;
  events.images(0, Date.now() / 1000, 'samples/validation', width, height, images);
}
