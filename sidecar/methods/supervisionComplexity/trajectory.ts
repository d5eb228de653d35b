import type { Network } from '../../models/network.ts';
import type { Slot } from '../training.ts';

/** Everything that a teacher was, from checkpoint to checkpoint; number 0 is the untrained one. */
export class Trajectory {
  readonly #values = new Map<number, Float32Array>();

  get last(): number {
    return Math.max(0, ...this.#values.keys());
  }

  has(index: number): boolean {
    return this.#values.has(index);
  }

  async capture(index: number, teacher: Network): Promise<void> {
    this.#values.set(index, await teacher.values());
  }

  /** Puts the teacher of a checkpoint into a network of its shape. @throws when it was never captured */
  load(index: number, into: Network): void {
    const values = this.#values.get(index);
    if (!values) throw new Error(`The teacher has no checkpoint ${index}; it has ${this.#values.size}.`);
    into.setValues(values);
  }

  readonly slot: Slot = {
    save: () => Object.fromEntries([...this.#values].map(([index, values]) => [String(index), values])),
    restore: (saved) => {
      this.#values.clear();
      for (const [index, values] of Object.entries(saved))
        if (values instanceof Float32Array) this.#values.set(Number(index), values);
    },
  };
}
