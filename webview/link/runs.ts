import { batch, computed, signal, type ReadonlySignal } from '@preact/signals';
import type { Connection } from '../../sidecar/protocol/connection.ts';
import type { RunSummary } from '../../sidecar/protocol/runSummary.ts';

/** What the daemon says about its runs, oldest first. */
export const runs = signal<ReadonlyMap<string, RunSummary>>(new Map());
/** Directories that are no readable run. */
export const unreadable = signal<readonly { readonly name: string; readonly message: string }[]>([]);
/** Whether the runs were listed since the page began. */
export const isListed = signal(false);
/** When a run's summary came, in milliseconds since 1970: its beat has aged since then. */
const heard = new Map<string, number>();

const single = new Map<string, ReadonlySignal<RunSummary | undefined>>();

/** One run, so that what shows it is not touched by the others. */
export function runOf(id: string): RunSummary | undefined {
  let found = single.get(id);
  if (!found) {
    found = computed(() => runs.value.get(id));
    single.set(id, found);
  }
  return found.value;
}

/** Seconds since the trainer's last beat, by the page's clock `now` (ms); null when there was none. */
export function beatAge({ record, beatAge: age }: RunSummary, now: number): number | null {
  return age === null ? null : age + Math.max(0, now - (heard.get(record.id) ?? now)) / 1000;
}

/** Lists the runs and follows what changes, as long as the connection lasts. */
export async function keepRuns(connection: Connection): Promise<void> {
  connection.on('runs/changed', ({ run }) => {
    heard.set(run.record.id, Date.now());
    runs.value = new Map(runs.value).set(run.record.id, run);
  });
  connection.on('runs/removed', ({ run }) => {
    const rest = new Map(runs.value);
    rest.delete(run);
    runs.value = rest;
  });
  const { runs: all, problems } = await connection.request('runs/list', {});
  batch(() => {
    for (const { record } of all) heard.set(record.id, Date.now());
    runs.value = new Map(all.map((run) => [run.record.id, run]));
    unreadable.value = problems;
    isListed.value = true;
  });
}
