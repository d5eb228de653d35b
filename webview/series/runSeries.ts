import { batch, signal, type Signal } from '@preact/signals';
import { SeriesFollowing, type SeriesLink } from '../../sidecar/protocol/seriesFollowing.ts';
import type { Points, PointsByTag, Seam, SeriesUpdate } from '../../sidecar/protocol/series.ts';

/** Points of a run's series in the page: about two a pixel of a wide chart. */
export const MAX_POINTS = 1_200;
/** A first sight of them, in a tenth of a second. */
const FIRST_POINTS = 100;

/** The series of one run as signals: who reads one is touched by that one alone. */
export class RunSeries {
  readonly id: string;
  readonly tags = signal<readonly string[]>([]);
  readonly seams = signal<readonly Seam[]>([]);
  /** Wall time of the newest point in seconds since 1970; null before the first. */
  readonly newestWall = signal<number | null>(null);
  /** Step of the newest point. */
  readonly newestStep = signal(0);
  /** Whether the daemon has answered at all. */
  readonly isLoaded = signal(false);
  readonly #following: SeriesFollowing;
  /** A new cell's content for every change: the arrays themselves grow in place. */
  readonly #cells = new Map<string, Signal<{ readonly points: Points | undefined }>>();
  #series: PointsByTag = {};

  constructor(id: string) {
    this.id = id;
    this.#following = new SeriesFollowing(id, {
      maxPoints: MAX_POINTS,
      firstPoints: FIRST_POINTS,
      thinAbove: 2 * MAX_POINTS,
      onUpdate: (update) => {
        this.#take(update);
      },
      onError: (error) => {
        // The run is gone, and the list says so too.
        console.warn(`series of ${id}`, error);
      },
    });
  }

  attach(link: SeriesLink): void {
    this.#following.attach(link);
  }

  detach(): void {
    this.#following.detach();
  }

  /** Points of a series; whoever reads them hears of new ones. */
  points(tag: string): Points | undefined {
    return this.#cell(tag).value.points;
  }

  newest(tag: string): number | undefined {
    return this.points(tag)?.values.at(-1);
  }

  /** False where the daemon has points that were left out here. */
  get isComplete(): boolean {
    return this.#following.mirror.complete;
  }

  #cell(tag: string): Signal<{ readonly points: Points | undefined }> {
    let cell = this.#cells.get(tag);
    if (!cell) {
      cell = signal({ points: this.#series[tag] });
      this.#cells.set(tag, cell);
    }
    return cell;
  }

  #take(update: SeriesUpdate): void {
    const { mirror } = this.#following;
    batch(() => {
      this.#series = mirror.series;
      const known = this.tags.peek();
      const tags = Object.keys(this.#series);
      if (tags.length !== known.length || update.kind === 'snapshot') this.tags.value = tags;
      const isResumed = update.kind === 'snapshot' || update.cancelledFrom !== null;
      for (const tag of isResumed ? [...this.#cells.keys(), ...tags] : Object.keys(update.series))
        this.#cell(tag).value = { points: this.#series[tag] };
      if (this.seams.peek().length !== mirror.seams.length) this.seams.value = [...mirror.seams];
      const ends = Object.values(this.#series);
      this.newestWall.value = ends.reduce<number | null>(
        (newest, { walls }) => Math.max(newest ?? 0, walls.at(-1) ?? 0),
        null,
      );
      this.newestStep.value = ends.reduce((newest, { steps }) => Math.max(newest, steps.at(-1) ?? 0), 0);
      this.isLoaded.value = true;
    });
  }
}
