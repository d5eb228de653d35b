/** What a subscriber is to be sent. API: seriesUpdate(store, since, maxPoints). */
import type { SeriesUpdate } from '../protocol/series.ts';
import type { SeriesStore } from '../store/seriesStore.ts';

/** An increment when `since` is known and what is missing is not too much, else a snapshot. */
export function seriesUpdate(store: SeriesStore, since: number | null, maxPoints: number): SeriesUpdate {
  const to = store.offset;
  if (since !== null && since <= to) {
    const increment = store.since(since, maxPoints);
    if (increment !== null) {
      const { points: series, cancelledFrom } = increment;
      const seams = store.seams.filter((seam) => seam.offset >= since);
      return { kind: 'increment', from: since, to, series, seams, cancelledFrom };
    }
  }
  const { series, complete } = store.snapshot(maxPoints);
  return { kind: 'snapshot', to, series, seams: [...store.seams], complete };
}
