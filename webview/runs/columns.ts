import type { RunSummary } from '../../sidecar/protocol/runSummary.ts';
import { bestOf, deltaOf, testOf } from '../compare/results.ts';
import { parametersOf } from '../compare/parameters.ts';
import { statusText } from '../run/status.ts';
import { baselineRun, nameOf } from '../view/selection.ts';
import { formatCount, formatDelta, formatDuration, formatTime, formatValue } from '../words/numbers.ts';
import { joined, t } from '../words/words.ts';

/** One column of the runs table. */
export interface Column {
  readonly id: string;
  readonly title: string;
  readonly isNumber: boolean;
  /** What is sorted by; undefined comes last. */
  readonly key: (run: RunSummary) => number | string | undefined;
  readonly text: (run: RunSummary) => string;
}

const words = (id: string, title: string, key: (run: RunSummary) => string): Column => ({
  id,
  title,
  isNumber: false,
  key,
  text: key,
});

const numbers = (
  id: string,
  title: string,
  key: (run: RunSummary) => number | undefined,
  text: (value: number | undefined, run: RunSummary) => string,
): Column => ({ id, title, isNumber: true, key, text: (run) => text(key(run), run) });

const counted = (value: number | undefined): string => (value === undefined ? '—' : formatCount(value));

export const nameColumn = (): Column => words('name', t('column.name'), nameOf);

/** Columns that every run has something for. */
export const fixedColumns = (): readonly Column[] => [
  words('status', t('column.status'), statusText),
  numbers('best', t('column.best'), bestOf, (value, { record }) => formatValue(record.headline.unit, value)),
  numbers(
    'delta',
    t('column.deltaBest'),
    (run) => deltaOf(run, baselineRun.value, bestOf),
    (value) => formatDelta(value),
  ),
  numbers('test', t('column.test'), testOf, (value, { record }) => formatValue(record.headline.unit, value)),
  numbers(
    'deltaTest',
    t('column.deltaTest'),
    (run) => deltaOf(run, baselineRun.value, testOf),
    (value) => formatDelta(value),
  ),
  words('method', t('column.method'), ({ record }) => record.method),
  words('model', t('column.model'), ({ record }) => record.model),
  words('dataset', t('column.dataset'), ({ record }) => record.dataset),
  numbers(
    'seed',
    t('column.seed'),
    ({ record }) => record.seed,
    (value) => String(value ?? ''),
  ),
  numbers('steps', t('column.steps'), ({ record }) => record.step, counted),
  numbers(
    'epoch',
    t('axis.epoch'),
    ({ record }) => record.epoch,
    (value) => counted(value === undefined ? value : Math.floor(value)),
  ),
  numbers(
    'active',
    t('column.active'),
    ({ record }) => record.activeSeconds,
    (value) => formatDuration(value ?? NaN),
  ),
  {
    id: 'created',
    title: t('column.created'),
    isNumber: false,
    key: ({ record }) => Date.parse(record.createdAt),
    text: ({ record }) => formatTime(record.createdAt),
  },
  words('backend', t('column.backend'), ({ record }) => record.backend?.name ?? '—'),
  words('experiment', t('column.experiment'), ({ record }) => record.experiment.name),
  words('tags', t('column.tags'), ({ notes }) => joined(notes.tags)),
  words('note', t('column.note'), ({ notes }) => notes.note),
];

const PARAMETER = 'parameter:';

export const parameterColumn = (path: string): Column => ({
  id: `${PARAMETER}${path}`,
  title: path,
  isNumber: false,
  key: ({ record }) => {
    const text = parametersOf(record.id)?.[path];
    const number = Number(text);
    return text === undefined || text === '' || Number.isNaN(number) ? text : number;
  },
  text: ({ record }) => parametersOf(record.id)?.[path] ?? '—',
});

/** The columns of some ids, in that order; what does not exist any more is left out. */
export function columnsOf(ids: readonly string[]): Column[] {
  const fixed = new Map(fixedColumns().map((column) => [column.id, column]));
  return ids.flatMap((id) => {
    if (id.startsWith(PARAMETER)) return [parameterColumn(id.slice(PARAMETER.length))];
    return fixed.get(id) ?? [];
  });
}
