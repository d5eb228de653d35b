import { Stream } from '../random/stream.ts';
import type { Dataset } from './dataset.ts';
import type { ViewOptions } from './options.ts';
import { writeView } from './views.ts';

export interface SamplerOptions {
  readonly seed: number;
  readonly batchSize: number;
  /** Samples held out for validation. */
  readonly validation: number;
  /** null: an epoch is one pass and its last batch may be short. A number: passes follow each other without a seam. */
  readonly epochSteps: number | null;
  readonly views: ViewOptions;
}

/** Augmented samples on the CPU. */
export interface Batch {
  readonly size: number;
  /** One [size, ...shape] array per view, normalised. */
  readonly views: readonly Float32Array[];
  readonly labels: Int32Array;
  /** Positions in the training file, in batch order. */
  readonly samples: Uint32Array;
}

/** Which samples make the batch of a step, and their views: pure functions of the seed, the stage and the step. */
export class Sampler {
  readonly #order: Stream;
  readonly #view: Stream;
  /** Training-file positions outside the validation split, ascending. */
  readonly #train: Uint32Array;
  readonly validation: Uint32Array;
  #pass: { key: string; order: Uint32Array } | null = null;

  constructor(
    readonly dataset: Dataset,
    readonly options: SamplerOptions,
  ) {
    this.#order = Stream.of(options.seed, 'order');
    this.#view = Stream.of(options.seed, 'view');
    const shuffled = Stream.of(options.seed, 'split').permutation(dataset.train.labels.length);
    this.validation = shuffled.slice(0, options.validation).sort();
    this.#train = shuffled.slice(options.validation).sort();
  }

  /** @param stage index of the stage @param step 0-based step of the stage @param views how many views per sample */
  batch(stage: number, step: number, views: number): Batch {
    const samples = this.#samples(stage, step);
    const length = this.dataset.shape.reduce((product, extent) => product * extent, 1);
    const randomness = this.#view.at(stage, step);
    return {
      size: samples.length,
      samples,
      labels: Int32Array.from(samples, (sample) => this.dataset.train.labels[sample] ?? 0),
      views: Array.from({ length: views }, (_, view) => {
        const values = new Float32Array(samples.length * length);
        samples.forEach((sample, index) => {
          const stream = randomness.at(index, view);
          writeView(
            this.dataset,
            this.dataset.train,
            sample,
            this.options.views,
            stream,
            values,
            index * length,
          );
        });
        return values;
      }),
    };
  }

  #samples(stage: number, step: number): Uint32Array {
    const { batchSize, epochSteps } = this.options;
    const count = this.#train.length;
    if (epochSteps === null) {
      const perPass = Math.ceil(count / batchSize);
      const start = (step % perPass) * batchSize;
      const end = Math.min(count, start + batchSize);
      return this.#permutation(stage, Math.floor(step / perPass)).slice(start, end);
    }
    return Uint32Array.from({ length: Math.min(batchSize, count) }, (_, index) => {
      const position = step * batchSize + index;
      return this.#permutation(stage, Math.floor(position / count))[position % count] ?? 0;
    });
  }

  #permutation(stage: number, pass: number): Uint32Array {
    const key = `${stage}/${pass}`;
    if (this.#pass?.key !== key) {
      const order = this.#order.at(stage, pass).permutation(this.#train.length);
      this.#pass = { key, order: order.map((index) => this.#train[index] ?? 0) };
    }
    return this.#pass.order;
  }
}
