import type { Stream } from '../../random/stream.ts';
import type { SavedSlot, Slot } from '../training.ts';

/** The newest rows of numbers, up to a capacity. */
export class Ring implements Slot {
  readonly #rows: Float32Array;
  /** Rows ever added. */
  #added = 0;

  constructor(
    readonly capacity: number,
    readonly width: number,
  ) {
    this.#rows = new Float32Array(capacity * width);
  }

  get size(): number {
    return Math.min(this.#added, this.capacity);
  }

  add(row: readonly number[]): void {
    this.#rows.set(row, (this.#added % this.capacity) * this.width);
    this.#added += 1;
  }

  /** Row `age` steps back; 0 is the newest. */
  row(age: number): Float32Array {
    const at = ((((this.#added - 1 - age) % this.capacity) + this.capacity) % this.capacity) * this.width;
    return this.#rows.subarray(at, at + this.width);
  }

  /** `count` rows drawn with replacement from the `newest` ones, one after the other. */
  sample(random: Stream, count: number, newest = this.capacity): Float32Array {
    const among = Math.min(this.size, newest);
    const rows = new Float32Array(count * this.width);
    for (let index = 0; index < count; index++)
      rows.set(this.row(random.integer(index, among)), index * this.width);
    return rows;
  }

  save(): SavedSlot {
    return { added: this.#added, rows: this.#rows.slice(0, this.size * this.width) };
  }

  restore({ added, rows }: SavedSlot): void {
    this.#added = added as number;
    this.#rows.set(rows as Float32Array);
  }
}

/** Columns `from` to `to` of rows. */
export function columns(rows: Float32Array, width: number, from: number, to: number): Float32Array {
  const count = rows.length / width;
  const found = new Float32Array(count * (to - from));
  for (let row = 0; row < count; row++)
    found.set(rows.subarray(row * width + from, row * width + to), row * (to - from));
  return found;
}
