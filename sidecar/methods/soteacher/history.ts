import type { Slot } from '../training.ts';

/** The running average of what was predicted for each training sample. */
export class PredictionHistory {
  readonly #rows: Float32Array;
  readonly #visits: Int32Array;

  /** @param samples in the training file */
  constructor(
    samples: number,
    readonly classes: number,
    readonly mode: 'code' | 'exactMean',
  ) {
    this.#rows = new Float32Array(samples * classes);
    this.#visits = new Int32Array(samples);
  }

  /** Stored rows, [samples, classes] row-major, and whether each was ever visited. */
  read(samples: ArrayLike<number>): { readonly targets: Float32Array; readonly known: Float32Array } {
    const targets = new Float32Array(samples.length * this.classes);
    const known = new Float32Array(samples.length);
    for (let index = 0; index < samples.length; index++) {
      const sample = samples[index] ?? 0;
      targets.set(this.#row(sample), index * this.classes);
      known[index] = Number((this.#visits[sample] ?? 0) > 0);
    }
    return { targets, known };
  }

  /** S ← (1 − t)·S + t·p, with t = 1 at the first visit. @param probabilities row-major, one row per sample */
  write(samples: ArrayLike<number>, probabilities: Float32Array): void {
    for (let index = 0; index < samples.length; index++) {
      const sample = samples[index] ?? 0;
      const visits = this.#visits[sample] ?? 0;
      const share = visits === 0 ? 1 : 1 / (visits + (this.mode === 'code' ? 2 : 1));
      const row = this.#row(sample);
      row.forEach((value, c) => {
        row[c] = (1 - share) * value + share * (probabilities[index * this.classes + c] ?? NaN);
      });
      this.#visits[sample] = visits + 1;
    }
  }

  readonly slot: Slot = {
    save: () => ({ rows: this.#rows.slice(), visits: this.#visits.slice() }),
    restore: ({ rows, visits }) => {
      this.#rows.set(rows as Float32Array);
      this.#visits.set(visits as Int32Array);
    },
  };

  #row(sample: number): Float32Array {
    return this.#rows.subarray(sample * this.classes, (sample + 1) * this.classes);
  }
}
