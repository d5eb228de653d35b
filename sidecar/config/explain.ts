import { compareProvenance, type Effect } from '../protocol/provenance.ts';
import { compareResults, deltaText, type ResultDelta } from '../protocol/results.ts';
import type { RunRecord } from '../protocol/runRecord.ts';
import { markdownTable } from '../protocol/textTable.ts';
import { compareExperiments, type Difference, type Subject } from './diff.ts';
import { cellText, idleText } from './diffText.ts';

/** A run with what it really ran. */
export interface ExplainedRun extends Subject {
  readonly record: RunRecord;
}

/** What a difference between two runs does. chance: another draw of the same. reporting: what is measured and kept, not learnt. */
export type Influence = Effect | 'chance' | 'reporting';

export interface Reason {
  readonly what: string;
  readonly influence: Influence;
  readonly before: string;
  readonly after: string;
  /** Empty where the setting speaks for itself. */
  readonly why: string;
}

/** From what decides to what hardly matters. */
const ORDER: readonly Influence[] = ['decides', 'chance', 'rounding', 'reporting', 'unlikely'];

/** Settings by the part of an experiment that they belong to; the first that fits counts, and is the order. */
const INFLUENCES: readonly (readonly [prefix: string, influence: Influence])[] = [
  ['dataset', 'decides'],
  ['environment', 'decides'],
  ['method.name', 'decides'],
  ['models', 'decides'],
  ['method', 'decides'],
  ['optimizer', 'decides'],
  ['schedule', 'decides'],
  ['stages', 'decides'],
  ['training.seed', 'chance'],
  ['training', 'decides'],
  ['views', 'decides'],
  ['backend', 'rounding'],
  ['evaluation', 'reporting'],
  ['checkpoints', 'reporting'],
  ['logging', 'reporting'],
];

const rank = (path: string): number => {
  const at = INFLUENCES.findIndex(([prefix]) => path === prefix || path.startsWith(`${prefix}.`));
  return at === -1 ? INFLUENCES.length : at;
};

/** Everything in which two runs differ, settings and origin, in the order of likely effect. */
export function reasonsFor(before: ExplainedRun, after: ExplainedRun): Reason[] {
  const settings = compareExperiments([before, after])
    .differences.toSorted((a, b) => rank(a.path) - rank(b.path))
    .map(settingReason);
  const origin = compareProvenance(before.record, after.record).map(({ effect, ...rest }): Reason => ({
    ...rest,
    influence: effect,
  }));
  // Sorting keeps the order within one influence.
  return [
    ...origin.filter(({ influence }) => influence === 'decides'),
    ...settings,
    ...origin.filter(({ influence }) => influence !== 'decides'),
  ].toSorted((a, b) => ORDER.indexOf(a.influence) - ORDER.indexOf(b.influence));
}

function settingReason(difference: Difference): Reason {
  const { path, cells, matters } = difference;
  const [before, after] = cells.map(cellText);
  return {
    what: path,
    influence: matters ? (INFLUENCES[rank(path)]?.[1] ?? 'reporting') : 'unlikely',
    before: before ?? '—',
    after: after ?? '—',
    why: idleText(difference),
  };
}

/** The explanation as a page: reasons, then results. */
export function explanationMarkdown(before: ExplainedRun, after: ExplainedRun): string {
  const reasons = reasonsFor(before, after);
  const results = compareResults(before.record, after.record);
  const areNames = before.label === before.record.id && after.label === after.record.id;
  const names = areNames ? [] : [`\`${before.record.id}\` and \`${after.record.id}\``, ''];
  return [
    `# ${before.label} → ${after.label}`,
    '',
    ...names,
    '## In what they differ, in order of likely effect',
    '',
    reasons.length === 0
      ? 'In nothing that is recorded: the numbers should be the same, bit for bit.\n'
      : markdownTable([
          ['what', 'influence', 'before', 'after', 'why'],
          ...reasons.map((each) => [each.what, each.influence, each.before, each.after, each.why]),
        ]),
    '## Results',
    '',
    results.length === 0 ? 'The two have no result in common yet.\n' : resultTable(results),
  ].join('\n');
}

const resultTable = (results: readonly ResultDelta[]): string =>
  markdownTable([['result', 'before → after'], ...results.map((each) => [each.name, deltaText(each)])]);
