import type { Network, Parameter } from '../../models/network.ts';
import type { NetworkSpec } from '../../models/spec.ts';
import type { SavedSlot, Slot } from '../training.ts';

const BLOCK = 'normaliser';
const PREFIX = `trunk/${BLOCK}/0.batchNorm`;

/** A network that sees its input by running statistics: a batch norm in inference, so that an export has them too. */
export const withNormaliser = (spec: NetworkSpec): NetworkSpec => ({
  ...spec,
  trunk: [{ name: BLOCK, layers: [{ kind: 'batchNorm' }] }, ...spec.trunk],
});

/** Parameters that are learnt: the normaliser's scale and offset stay 1 and 0. */
export const learnt = (network: Network): Parameter[] =>
  network.parameters().filter(({ name }) => !name.startsWith(PREFIX));

/** Running mean and variance of observations, in double precision, put into networks. */
export class Normaliser implements Slot {
  #count = 0;
  readonly #mean: Float64Array;
  /** Sums of squared deviations. */
  readonly #squares: Float64Array;

  constructor(
    readonly size: number,
    readonly networks: readonly Network[],
  ) {
    this.#mean = new Float64Array(size);
    this.#squares = new Float64Array(size);
  }

  /** Takes rows into account, one after the other (Welford), and tells the networks. */
  add(rows: Float32Array): void {
    for (let at = 0; at < rows.length; at += this.size) {
      this.#count += 1;
      for (let index = 0; index < this.size; index++) {
        const value = rows[at + index] ?? 0;
        const before = value - (this.#mean[index] ?? 0);
        const mean = (this.#mean[index] ?? 0) + before / this.#count;
        this.#mean[index] = mean;
        this.#squares[index] = (this.#squares[index] ?? 0) + before * (value - mean);
      }
    }
    for (const network of this.networks) {
      network.set(`${PREFIX}/moving_mean`, Float32Array.from(this.#mean));
      network.set(
        `${PREFIX}/moving_variance`,
        Float32Array.from(this.#squares, (sum) => sum / Math.max(1, this.#count)),
      );
    }
  }

  save(): SavedSlot {
    return { count: this.#count, mean: this.#mean.slice(), squares: this.#squares.slice() };
  }

  restore({ count, mean, squares }: SavedSlot): void {
    this.#count = count as number;
    this.#mean.set(mean as Float64Array);
    this.#squares.set(squares as Float64Array);
  }
}
