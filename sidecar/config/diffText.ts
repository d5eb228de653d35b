import { csvTable, markdownTable } from '../protocol/textTable.ts';
import type { Cell, Comparison, Difference } from './diff.ts';
import { show } from './findings.ts';

/** What a cell says: the value, and where it comes from unless it is written down. */
export function cellText({ value, origin }: Cell): string {
  switch (origin) {
    case null:
      return '—';
    case 'written':
      return show(value);
    case 'override':
      return `${show(value)} (--set)`;
    case 'preset':
    case 'derived':
    case 'default':
      return `${show(value)} (${origin})`;
  }
}

/** Why a difference cannot matter; empty where it can. */
export function idleText({ matters, cells }: Difference): string {
  if (matters) return '';
  const reasons = new Set(cells.flatMap(({ ineffective }) => (ineffective === null ? [] : [ineffective])));
  return `no effect: ${[...reasons].join('; ')}`;
}

/** The matrix of differing settings × subjects, its head first. */
export function differenceRows({ labels, differences }: Comparison): string[][] {
  const idle = differences.map(idleText);
  const withNotes = idle.some((note) => note !== '');
  return [
    ['setting', ...labels, ...(withNotes ? ['note'] : [])],
    ...differences.map((each, index) => [
      each.path,
      ...each.cells.map(cellText),
      ...(withNotes ? [idle[index] ?? ''] : []),
    ]),
  ];
}

export const differencesMarkdown = (comparison: Comparison): string =>
  markdownTable(differenceRows(comparison));

/** Values alone, as JSON has them; where a subject has no such setting, nothing. */
export const differencesCsv = ({ labels, differences }: Comparison): string =>
  csvTable([
    ['setting', ...labels],
    ...differences.map(({ path, cells }) => [
      path,
      ...cells.map(({ value }) => (value === undefined ? '' : JSON.stringify(value))),
    ]),
  ]);
