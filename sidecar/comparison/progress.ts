import { setImmediate } from 'node:timers/promises';
import type { ComparisonProgress } from '../protocol/comparison.ts';

/** Counts pieces of work, each about a batch of samples, and tells how many are done. */
export class Progress {
  readonly #report: (progress: ComparisonProgress) => void;
  #done = 0;
  #total = 0;

  constructor(report: (progress: ComparisonProgress) => void) {
    this.#report = report;
  }

  /** More will have to be done. */
  expect(pieces: number): void {
    this.#total += pieces;
  }

  /** Tells what comes now. */
  now(what: ComparisonProgress['what']): void {
    this.#report({ done: this.#done, total: this.#total, what });
  }

  /** One piece is done. Lets the process breathe, so that it hears when nobody waits any more. */
  async step(what: ComparisonProgress['what']): Promise<void> {
    this.#done = Math.min(this.#done + 1, this.#total);
    this.now(what);
    await setImmediate();
  }
}
