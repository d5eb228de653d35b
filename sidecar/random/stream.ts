import { threefry } from './threefry.ts';

const TWO_32 = 2 ** 32;
const TWO_26 = 2 ** 26;
const TWO_53 = 2 ** 53;

/**
 * A named, counter-based random stream: every draw is a pure function of (seed, name, counters), so nothing has to be
 * saved to resume and neither workers nor prefetch depth can change a number.
 */
export class Stream {
  readonly #key0: number;
  readonly #key1: number;

  private constructor(key0: number, key1: number) {
    this.#key0 = key0;
    this.#key1 = key1;
  }

  /** @param seed integer in 0 … 2⁵³−1 @param name which stream; equal names give equal numbers */
  static of(seed: number, name: string): Stream {
    let stream = new Stream(seed >>> 0, Math.floor(seed / TWO_32) >>> 0);
    for (const byte of new TextEncoder().encode(name)) stream = stream.at(byte);
    return stream;
  }

  /** The sub-stream at these counters (epoch, step, sample, view…); order matters. */
  at(...counters: readonly number[]): Stream {
    let [key0, key1] = [this.#key0, this.#key1];
    for (const counter of counters) {
      // The high word is flipped so that sub-streams never coincide with draws, which use high words below 2³¹.
      [key0, key1] = threefry(key0, key1, counter >>> 0, ~(Math.floor(counter / TWO_32) >>> 0));
    }
    return new Stream(key0, key1);
  }

  /** Draw number `index`: two independent 32-bit words. */
  words(index: number): readonly [number, number] {
    return threefry(this.#key0, this.#key1, index >>> 0, Math.floor(index / TWO_32));
  }

  /** Uniform in [0, 1) with 53 random bits. */
  uniform(index: number): number {
    const [high, low] = this.words(index);
    return ((high >>> 5) * TWO_26 + (low >>> 6)) / TWO_53;
  }

  /** Uniform integer in 0 … bound−1; the bias is below bound / 2⁵³. */
  integer(index: number, bound: number): number {
    return Math.floor(this.uniform(index) * bound);
  }

  /** Standard normal (Box–Muller, cosine branch). */
  normal(index: number): number {
    const [high, low] = this.words(index);
    const radius = Math.sqrt(-2 * Math.log((high + 1) / TWO_32));
    return radius * Math.cos((2 * Math.PI * low) / TWO_32);
  }

  /** `count` standard normals times `deviation`. */
  normals(count: number, deviation: number): Float32Array {
    return Float32Array.from({ length: count }, (_, index) => deviation * this.normal(index));
  }

  /** `count` uniforms in [−limit, limit). */
  uniforms(count: number, limit: number): Float32Array {
    return Float32Array.from({ length: count }, (_, index) => limit * (2 * this.uniform(index) - 1));
  }

  /** A permutation of 0 … count−1 (Fisher–Yates). */
  permutation(count: number): Uint32Array {
    const order = Uint32Array.from({ length: count }, (_, index) => index);
    for (let last = count - 1; last > 0; last--) {
      const other = this.integer(last, last + 1);
      const swapped = order[last] ?? 0;
      order[last] = order[other] ?? 0;
      order[other] = swapped;
    }
    return order;
  }
}
