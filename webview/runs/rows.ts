import type { RunSummary } from '../../sidecar/protocol/runSummary.ts';
import { nameOf } from '../view/selection.ts';
import type { Column } from './columns.ts';

/** Whether every word of the filter stands somewhere in what a run is and what is said about it. */
export function matches(run: RunSummary, filter: string): boolean {
  const { record, notes } = run;
  const text = [
    nameOf(run),
    record.id,
    record.method,
    record.model,
    record.dataset,
    record.status,
    record.experiment.name,
    `s${record.seed}`,
    ...notes.tags.map((tag) => `#${tag}`),
    notes.note,
  ]
    .join('\n')
    .toLowerCase();
  return filter
    .toLowerCase()
    .split(/\s+/u)
    .every((word) => text.includes(word));
}

/** Sorted by a column; what is unknown comes last either way, and pinned runs come first. */
export function sorted(
  runs: readonly RunSummary[],
  column: Column | undefined,
  descending: boolean,
): RunSummary[] {
  const direction = descending ? -1 : 1;
  return [...runs].sort((a, b) => {
    const pinned = Number(b.notes.pinned) - Number(a.notes.pinned);
    if (pinned !== 0 || !column) return pinned;
    const [left, right] = [column.key(a), column.key(b)];
    if (isUnknown(left) || isUnknown(right)) return Number(isUnknown(left)) - Number(isUnknown(right));
    return direction * compared(left, right);
  });
}

const isUnknown = (key: number | string | undefined): key is undefined =>
  key === undefined || Number.isNaN(key);

const compared = (a: number | string, b: number | string): number =>
  typeof a === 'number' && typeof b === 'number' ? a - b : String(a).localeCompare(String(b));

/** Columns in which the rows are not all the same. */
export const differing = (columns: readonly Column[], runs: readonly RunSummary[]): Column[] =>
  columns.filter(({ text }) => runs.some((run) => runs[0] && text(run) !== text(runs[0])));
