import { computed, effect } from '@preact/signals';
import type { HostToPage } from '../../sidecar/protocol/pageMessages.ts';
import { shortId } from '../../sidecar/protocol/runRecord.ts';
import type { RunSummary } from '../../sidecar/protocol/runSummary.ts';
import { host } from '../host.ts';
import { isListed, runOf, runs } from '../link/runs.ts';
import { look, part, view } from './viewState.ts';

export const tab = part('tab');
const chosen = part('run');
const chosenBaseline = part('baseline');
const chosenOverlays = part('overlays');
const colored = part('colored');

/** Name of the run being looked at: the chosen one, else the newest that lives, else the newest. */
export const selectedId = computed((): string | null => {
  const id = chosen.value;
  // Before the list has come, what was chosen is believed.
  if (id !== null && (!isListed.value || runs.value.has(id))) return id;
  const visible = [...runs.value.values()].filter(({ notes }) => !notes.hidden);
  const newest = visible.findLast(({ liveness }) => liveness === 'live') ?? visible.at(-1);
  return newest?.record.id ?? null;
});

export const selectedRun = computed((): RunSummary | null =>
  selectedId.value === null ? null : (runOf(selectedId.value) ?? null),
);

/** What others are compared with: the chosen run, else what the selected one's experiment names, else the newest that is pinned. */
export const baselineId = computed((): string | null => {
  const id = chosenBaseline.value;
  if (id !== null) return runs.value.has(id) ? id : null;
  const named = selectedRun.value?.record.baseline;
  if (typeof named === 'string' && runs.value.has(named)) return named;
  return [...runs.value.values()].findLast(({ notes }) => notes.pinned)?.record.id ?? null;
});

export const baselineRun = computed(() => (baselineId.value === null ? null : runOf(baselineId.value)));

/** Runs drawn beside the selected one, the baseline aside. */
export const overlayIds = computed((): readonly string[] =>
  chosenOverlays.value.filter(
    (id) => id !== selectedId.value && id !== baselineId.value && (!isListed.value || runs.value.has(id)),
  ),
);

/** Everything that is drawn: the selected run, the baseline, the others. */
export const shownIds = computed((): readonly string[] => [
  ...new Set([selectedId.value, baselineId.value, ...overlayIds.value].filter((id) => id !== null)),
]);

export function choose(run: string): void {
  look({ run, zoom: null });
}

/** Adds a run to what is drawn beside the selected one, or takes it away. */
export function toggleOverlay(id: string): void {
  const { overlays, colored: before } = view.value;
  look({
    overlays: overlays.includes(id) ? overlays.filter((own) => own !== id) : [...overlays, id],
    colored: before.includes(id) ? before : [...before, id],
  });
}

/** The place of a run among the colours, the same everywhere and after a reload; 0-based. */
export function colorIndex(id: string): number {
  const index = colored.value.indexOf(id);
  return index === -1 ? colored.value.length : index;
}

/** How a run is called: by its own name where somebody gave one. */
export const nameOf = ({ record, notes }: RunSummary): string =>
  notes.name ??
  `${record.method} · ${record.model} · ${record.dataset} · s${record.seed} · ${shortId(record.id)}`;

export const nameOfId = (id: string): string => {
  const run = runOf(id);
  return run ? nameOf(run) : id;
};

/** Tells the editor what is looked at; called once. */
export function tellSelection(): void {
  if (host === null) return;
  const editor = host;
  effect(() => {
    editor.send({ kind: 'looking', run: selectedId.value, tab: tab.value });
  });
}

/** What the editor asks to look at. */
export function follow({ run, tab: wanted }: Extract<HostToPage, { kind: 'show' }>): void {
  look({ tab: wanted, ...(run === null || run === chosen.peek() ? {} : { run, zoom: null }) });
}
