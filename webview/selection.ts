import { computed, effect, signal } from '@preact/signals';
import { SeriesMirror } from '../sidecar/protocol/seriesMirror.ts';
import type { PointsByTag, Seam } from '../sidecar/protocol/series.ts';
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
    let current = true;
    const own = mirror;
    const show = () => {
      const { version } = runSeries.peek();
      const arrived = newestWall(own.series);
      runSeries.value = { series: own.series, seams: own.seams, version: version + 1, arrived };
    };
    const subscribe = async (since: number | null) => {
      const update = await opened.request('series/subscribe', { run, since, maxPoints: MAX_POINTS });
      if (!current || !own.apply(update)) return;
      show();
    };
    const fail = (error: unknown) => {
      // The link reports its own loss; what is shown stays, dimmed.
      console.warn('series/subscribe', error);
    };
    const stop = opened.on('series/append', (message) => {
      if (message.run !== run) return;
      const follows = own.apply(message.update);
      const tooLong = Object.values(own.series).some(({ steps }) => steps.length > 2 * MAX_POINTS);
      if (follows) show();
      if (!follows || tooLong) subscribe(follows ? null : own.offset).catch(fail);
    });
    subscribe(own.offset).catch(fail);
    return () => {
      current = false;
      stop();
      opened.request('series/unsubscribe', { run }).catch(fail);
    };
  });
}

/** Wall time, in seconds since 1970, of the newest point. */
function newestWall(series: PointsByTag): number | null {
  let newest: number | null = null;
  for (const { walls } of Object.values(series)) newest = Math.max(newest ?? 0, walls.at(-1) ?? 0);
  return newest;
}
