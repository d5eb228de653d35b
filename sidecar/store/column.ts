/** A growing array of doubles: 8 bytes a value, no boxing. API: Column.insert, truncate, length, last, view. */

const FIRST_CAPACITY = 64;

export class Column {
  #buffer = new Float64Array(FIRST_CAPACITY);
  #length = 0;

  /** Puts `value` before the one at `index`; `index` = length appends. */
  insert(index: number, value: number): void {
    if (this.#length === this.#buffer.length) {
      const larger = new Float64Array(2 * this.#length);
      larger.set(this.#buffer);
      this.#buffer = larger;
    }
    if (index < this.#length) this.#buffer.copyWithin(index + 1, index, this.#length);
    this.#buffer[index] = value;
    this.#length++;
  }

  /** Forgets all but the first `count` values. */
  truncate(count: number): void {
    this.#length = Math.min(this.#length, count);
  }

  get length(): number {
    return this.#length;
  }

  /** NaN when there is none. */
  get last(): number {
    return this.#length === 0 ? NaN : (this.#buffer[this.#length - 1] ?? NaN);
  }

  /** The values; valid until the next change. */
  get view(): Float64Array {
    return this.#buffer.subarray(0, this.#length);
  }
}
