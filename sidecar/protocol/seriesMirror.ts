/**
 * A client's copy of a run's series, kept by what the daemon sends. It notices gaps, so that a client which was away
 * subscribes again from where it was.
 *
 * API: SeriesMirror.apply(update), offset, series, seams, complete.
 */
import type { Points, PointsByTag, Seam, SeriesUpdate } from './series.ts';

export class SeriesMirror {
  readonly #series = new Map<string, Points>();
  #seams: Seam[] = [];
  #offset: number | null = null;
  #complete = true;

  /** Everything before this byte of the event file is in; null before the first snapshot. Give it as `since`. */
  get offset(): number | null {
    return this.#offset;
  }

  get series(): PointsByTag {
    return Object.fromEntries(this.#series);
  }

  get seams(): readonly Seam[] {
    return this.#seams;
  }

  /** False when a snapshot left points out. */
  get complete(): boolean {
    return this.#complete;
  }

  /** Takes an update; false when it does not follow on what is here, and one has to subscribe again from `offset`. */
  apply(update: SeriesUpdate): boolean {
    switch (update.kind) {
      case 'snapshot':
        this.#series.clear();
        for (const [tag, points] of Object.entries(update.series)) this.#series.set(tag, points);
        this.#seams = [...update.seams];
        this.#complete = update.complete;
        break;
      case 'increment':
        if (update.from !== this.#offset) return false;
        if (update.cancelledFrom !== null) this.#cancelFrom(update.cancelledFrom);
        for (const [tag, points] of Object.entries(update.series)) this.#append(tag, points);
        this.#seams.push(...update.seams);
        break;
    }
    this.#offset = update.to;
    return true;
  }

  #cancelFrom(step: number): void {
    for (const points of this.#series.values()) {
      const kept = points.steps.findIndex((own) => own >= step);
      if (kept === -1) continue;
      for (const column of [points.steps, points.walls, points.values]) column.length = kept;
    }
  }

  #append(tag: string, added: Points): void {
    const own = this.#series.get(tag);
    if (own === undefined) {
      this.#series.set(tag, added);
      return;
    }
    // Not spread into push: an increment may be longer than an argument list.
    for (const column of ['steps', 'walls', 'values'] as const) {
      for (const value of added[column]) own[column].push(value);
    }
  }
}
