/**
 * A run's scalars in memory, in columns by tag. Fed with the events of a reader in the order of the file; a resume
 * cancels what it repeats.
 *
 * API: SeriesStore.add(events), snapshot(maxPoints), range(tags, from, to, maxPoints), since(offset), tags, seams, offset.
 */
import type { Points, PointsByTag, Seam } from '../protocol/series.ts';
import { Column } from './column.ts';
import { decimate } from './decimate.ts';
import type { PlacedEvent } from './recordScanner.ts';

export interface Snapshot {
  series: PointsByTag;
  /** False when points were left out. */
  complete: boolean;
}

/** What was added by one call: only points that still count. */
export interface Increment {
  points: PointsByTag;
  /** Earlier points with a step ≥ this one are void; null when none are. */
  cancelledFrom: number | null;
}

/** One tag's points, in the order of their steps; of equal steps the later record comes last. */
class Series {
  readonly steps = new Column();
  readonly values = new Column();
  readonly #walls = new Column();
  readonly #offsets = new Column();
  /** False after a record whose step lay before an earlier one's: foreign writers may do that. */
  #inOrder = true;

  add(step: number, wall: number, value: number, offset: number): void {
    let at = this.steps.length;
    if (step < this.steps.last) {
      this.#inOrder = false;
      at = lowerBound(this.steps.view, step, true);
    }
    this.steps.insert(at, step);
    this.#walls.insert(at, wall);
    this.values.insert(at, value);
    this.#offsets.insert(at, offset);
  }

  cancelFrom(step: number): void {
    const count = lowerBound(this.steps.view, step);
    for (const column of [this.steps, this.#walls, this.values, this.#offsets]) column.truncate(count);
  }

  /** Indices of the points whose record lies at or after `offset`. */
  since(offset: number): number[] {
    const offsets = this.#offsets.view;
    const first = this.#inOrder ? lowerBound(offsets, offset) : 0;
    return indices(first, offsets.length).filter((index) => (offsets[index] ?? 0) >= offset);
  }

  pick(chosen: readonly number[]): Points {
    const from = (column: Column): number[] => {
      const values = column.view;
      return chosen.map((index) => values[index] ?? NaN);
    };
    return { steps: from(this.steps), walls: from(this.#walls), values: from(this.values) };
  }
}

function indices(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, index) => from + index);
}

export class SeriesStore {
  readonly #series = new Map<string, Series>();
  readonly #seams: Seam[] = [];
  #offset = 0;

  /** Everything before this byte is in. */
  get offset(): number {
    return this.#offset;
  }

  get tags(): string[] {
    return [...this.#series.keys()];
  }

  /** Oldest first. */
  get seams(): readonly Seam[] {
    return this.#seams;
  }

  /** Takes events in the order of the file. */
  add(events: readonly PlacedEvent[]): void {
    for (const event of events) {
      const { step, wallTime, offset, body } = event;
      if (body.kind === 'start') {
        for (const series of this.#series.values()) series.cancelFrom(step);
        // The START that a file begins with resumes nothing.
        if (this.#series.size > 0) this.#seams.push({ step, wallTime, offset });
      } else if (body.kind === 'values') {
        for (const value of body.values) {
          if (value.kind === 'scalar') this.#of(value.tag).add(step, wallTime, value.value, offset);
        }
      }
      this.#offset = event.end;
    }
  }

  /** Moves on over bytes that hold no event. */
  skipTo(offset: number): void {
    this.#offset = Math.max(this.#offset, offset);
  }

  /** At most `maxPoints` finite points a tag, with every bucket's extremes; see {@link decimate}. */
  snapshot(maxPoints: number): Snapshot {
    return this.range(this.tags, -Infinity, Infinity, maxPoints);
  }

  /** Points with `fromStep` ≤ step ≤ `toStep`: exactly, when no more than `maxPoints` a tag. Unknown tags are left out. */
  range(tags: readonly string[], fromStep: number, toStep: number, maxPoints: number): Snapshot {
    const snapshot: Snapshot = { series: {}, complete: true };
    for (const tag of tags) {
      const series = this.#series.get(tag);
      if (series === undefined) continue;
      const steps = series.steps.view;
      const from = lowerBound(steps, fromStep);
      const to = lowerBound(steps, toStep, true);
      const kept = decimate(steps, series.values.view, maxPoints, from, to);
      snapshot.complete &&= kept.length === to - from;
      snapshot.series[tag] = series.pick(kept);
    }
    return snapshot;
  }

  /** What somebody who has everything before `offset` lacks, or null when that is more than `maxPoints` a tag. */
  since(offset: number, maxPoints = Infinity): Increment | null {
    const seams = this.#seams.filter((seam) => seam.offset >= offset);
    const cancelledFrom = seams.length === 0 ? null : Math.min(...seams.map((seam) => seam.step));
    const points: PointsByTag = {};
    for (const [tag, series] of this.#series) {
      const missing = series.since(offset);
      if (missing.length > maxPoints) return null;
      if (missing.length > 0) points[tag] = series.pick(missing);
    }
    return { points, cancelledFrom };
  }

  #of(tag: string): Series {
    let series = this.#series.get(tag);
    if (series === undefined) {
      series = new Series();
      this.#series.set(tag, series);
    }
    return series;
  }
}

/** First index whose value is ≥ `bound` (or > `bound` with `after`) in an ascending column. */
function lowerBound(values: Float64Array, bound: number, after = false): number {
  let low = 0;
  let high = values.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const value = values[middle] ?? 0;
    if (value < bound || (after && value === bound)) low = middle + 1;
    else high = middle;
  }
  return low;
}
