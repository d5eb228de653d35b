import { computed, effect, signal } from '@preact/signals';
import type { SeriesLink } from '../../sidecar/protocol/seriesFollowing.ts';
import { connection } from '../link/link.ts';
import { selectedId, shownIds } from '../view/selection.ts';
import { RunSeries } from './runSeries.ts';

const followed = signal<ReadonlyMap<string, RunSeries>>(new Map());
/** A page that nobody sees asks for nothing. */
const isSeen = signal(document.visibilityState !== 'hidden');

/** Series of a run that is drawn; undefined where it is not. */
export const seriesOf = (id: string): RunSeries | undefined => followed.value.get(id);

export const selectedSeries = computed(() =>
  selectedId.value === null ? undefined : seriesOf(selectedId.value),
);

/** Follows what is drawn, and nothing else; called once. */
export function followShown(): void {
  document.addEventListener('visibilitychange', () => {
    isSeen.value = document.visibilityState !== 'hidden';
  });
  effect(() => {
    const before = followed.peek();
    const wanted = shownIds.value;
    if (wanted.length === before.size && wanted.every((id) => before.has(id))) return;
    followed.value = new Map(wanted.map((id) => [id, before.get(id) ?? new RunSeries(id)]));
    for (const [id, series] of before) if (!wanted.includes(id)) series.detach();
  });
  let last: { readonly link: SeriesLink; readonly series: ReadonlySet<RunSeries> } | null = null;
  effect(() => {
    const link = isSeen.value ? connection.value : null;
    const selected = selectedSeries.value;
    // The others wait: what is looked at is to be there first.
    const isAlone = selected?.isLoaded.value === false;
    const attached = last?.link === link ? last.series : new Set<RunSeries>();
    const present = new Set(
      [...followed.value.values()].filter(
        (series) => !isAlone || series === selected || attached.has(series),
      ),
    );
    if (link === null) for (const series of last?.series ?? []) series.detach();
    else for (const series of present) if (!attached.has(series)) series.attach(link);
    last = link === null ? null : { link, series: present };
  });
}
