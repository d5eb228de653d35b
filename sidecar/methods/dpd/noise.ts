import type { Stream } from '../../random/stream.ts';
import type { SavedSlot, Slot } from '../training.ts';
import type { DdpgOptions } from './schema.options.ts';

/** One step of an Ornstein–Uhlenbeck process around 0. @param normal a standard normal draw */
export const ouStep = (
  before: number,
  normal: number,
  {
    theta,
    deviation,
    interval,
  }: { readonly theta: number; readonly deviation: number; readonly interval: number },
): number => before - theta * before * interval + deviation * Math.sqrt(interval) * normal;

/** What exploration adds to an action, in units of the action's limit. */
export class Noise implements Slot {
  #state: Float64Array;

  constructor(
    readonly options: DdpgOptions['noise'],
    readonly stream: Stream,
    size: number,
  ) {
    this.#state = new Float64Array(size);
  }

  /** @param step of the run: which draw it is */
  draw(step: number): Float64Array {
    const random = this.stream.at(step);
    const { options } = this;
    switch (options.name) {
      case 'gaussian':
        return this.#state.map((_, index) => options.deviation * random.normal(index));
      case 'ou':
        this.#state = this.#state.map((before, index) => ouStep(before, random.normal(index), options));
        return this.#state;
    }
  }

  /** An episode begins. */
  reset(): void {
    this.#state.fill(0);
  }

  save(): SavedSlot {
    return { state: this.#state.slice() };
  }

  restore({ state }: SavedSlot): void {
    this.#state = Float64Array.from(state as Float64Array);
  }
}
