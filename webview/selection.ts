import { computed, effect, signal } from '@preact/signals';
import { SeriesMirror } from '../sidecar/protocol/seriesMirror.ts';
import type { PointsByTag, Seam, SeriesUpdate } from '../sidecar/protocol/series.ts';
import { connection, runs } from './link.ts';

/** Points a series may have in the page: about two a pixel of the widest chart. */
export const MAX_POINTS = 2_000;

/** The run being looked at; null takes the newest that lives, else the newest. */
export const chosenRun = signal<string | null>(null);

export const selectedRun = computed(() => {
  const all = [...runs.value.values()];
  const chosen = chosenRun.value === null ? undefined : runs.value.get(chosenRun.value);
  return chosen ?? all.findLast(({ liveness }) => liveness === 'live') ?? all.at(-1) ?? null;
});
const selectedId = computed(() => selectedRun.value?.record.id ?? null);

export interface RunSeries {
  readonly series: PointsByTag;
  readonly seams: readonly Seam[];
  /** Counts updates: charts redraw when it changes. */
  readonly version: number;
  /** When the newest number arrived, by the page's clock; null before the first. */
  readonly arrived: number | null;
}

const EMPTY: RunSeries = { series: {}, seams: [], version: 0, arrived: null };
export const runSeries = signal<RunSeries>(EMPTY);

let mirror = new SeriesMirror();
let mirrored: string | null = null;

/** Follows the selected run; called once. */
export function followSelection(): void {
  effect(() => {
    const [opened, run] = [connection.value, selectedId.value];
    if (run !== mirrored) {
      mirror = new SeriesMirror();
      mirrored = run;
      runSeries.value = EMPTY;
    }
    if (!opened || run === null) return;
    const own = mirror;
    let subscription: number | null = null;
    let current = true;
    const warn = (error: unknown) => {
      // The link reports its own loss; what is shown stays, dimmed.
      console.warn('series', error);
    };
    const end = () => {
      if (subscription !== null) opened.request('series/unsubscribe', { subscription }).catch(warn);
      subscription = null;
    };
    const take = (update: SeriesUpdate) => {
      const follows = own.apply(update);
      const { version } = runSeries.peek();
      runSeries.value = {
        series: own.series,
        seams: own.seams,
        version: version + 1,
        arrived: newestWall(own.series),
      };
      const tooLong = Object.values(own.series).some(({ steps }) => steps.length > 2 * MAX_POINTS);
      // A gap is asked for from where we are; too many points are thinned out anew.
      if (follows && !tooLong) return;
      end();
      subscribe(follows ? null : own.offset).catch(warn);
    };
    const subscribe = async (since: number | null) => {
      const answer = await opened.request('series/subscribe', { run, since, maxPoints: MAX_POINTS });
      subscription = answer.subscription;
      if (current) take(answer.update);
      else end();
    };
    const stop = opened.on('series/append', (message) => {
      if (message.subscription === subscription) take(message.update);
    });
    subscribe(own.offset).catch(warn);
    return () => {
      current = false;
      stop();
      end();
    };
  });
}

/** Wall time, in seconds since 1970, of the newest point. */
function newestWall(series: PointsByTag): number | null {
  let newest: number | null = null;
  for (const { walls } of Object.values(series)) newest = Math.max(newest ?? 0, walls.at(-1) ?? 0);
  return newest;
}
