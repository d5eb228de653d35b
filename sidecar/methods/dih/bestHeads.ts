import type { Network } from '../../models/network.ts';
import type { Slot } from '../training.ts';

/** For each head the weights of its lowest validation loss so far; of equal ones the later. */
export class BestHeads {
  readonly #losses = new Map<string, number>();
  readonly #values = new Map<string, Float32Array>();

  constructor(readonly heads: readonly Network[]) {}

  async see(losses: Readonly<Record<string, number>>): Promise<void> {
    for (const head of this.heads) {
      const loss = losses[head.name];
      if (loss === undefined || !Number.isFinite(loss) || loss > (this.#losses.get(head.name) ?? Infinity))
        continue;
      this.#losses.set(head.name, loss);
      this.#values.set(head.name, await head.values());
    }
  }

  /** Gives every head its best weights; one that was never evaluated keeps its own. */
  restoreHeads(): void {
    for (const head of this.heads) {
      const values = this.#values.get(head.name);
      if (values) head.setValues(values);
    }
  }

  readonly slot: Slot = {
    save: () => ({
      ...Object.fromEntries([...this.#losses].map(([name, loss]) => [`loss/${name}`, loss])),
      ...Object.fromEntries([...this.#values].map(([name, values]) => [`values/${name}`, values])),
    }),
    restore: (saved) => {
      for (const { name } of this.heads) {
        const [loss, values] = [saved[`loss/${name}`], saved[`values/${name}`]];
        if (typeof loss !== 'number' || !(values instanceof Float32Array)) continue;
        this.#losses.set(name, loss);
        this.#values.set(name, values);
      }
    },
  };
}
