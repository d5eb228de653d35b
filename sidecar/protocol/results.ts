/**
 * What a run has achieved, as numbers that can be compared with another's.
 *
 * API: resultsOf, compareResults.
 */
import type { RunRecord } from './runRecord.ts';

/** One result; the name tells what was measured, on which split and by which role. */
export interface Result {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
}

/** Shares of the test split are given in percent, as the curves are. */
export function resultsOf({ best, headline, test, activeSeconds }: RunRecord): Result[] {
  const tested = Object.entries(test ?? {}).flatMap(([role, metrics]) =>
    Object.entries(metrics).map(([metric, value]) => {
      const name = `test/${role}/${metric}`;
      return SHARES.has(metric) ? { name, value: 100 * value, unit: '%' } : { name, value, unit: '' };
    }),
  );
  return [
    ...(best ? [{ name: `best ${best.series}`, value: best.value, unit: headline.unit }] : []),
    ...tested,
    ...(activeSeconds > 0 ? [{ name: 'active time', value: activeSeconds, unit: 's' }] : []),
  ];
}

const SHARES: ReadonlySet<string> = new Set(['top1', 'top5']);

/** A result that two runs share. */
export interface ResultDelta {
  readonly name: string;
  readonly unit: string;
  readonly before: number;
  readonly after: number;
}

/** Results of both runs with the same name and unit, in the first one's order. */
export function compareResults(before: RunRecord, after: RunRecord): ResultDelta[] {
  const others = resultsOf(after);
  return resultsOf(before).flatMap(({ name, unit, value }) => {
    const other = others.find((each) => each.name === name && each.unit === unit);
    return other ? [{ name, unit, before: value, after: other.value }] : [];
  });
}

/** `97.40 → 97.90 % (+0.50)`. */
export function deltaText({ unit, before, after }: ResultDelta): string {
  const digits = unit === '%' ? 2 : unit === 's' ? 1 : 4;
  const delta = after - before;
  const sign = delta > 0 ? '+' : '';
  return (
    `${before.toFixed(digits)} → ${after.toFixed(digits)} ${unit}`.trim() +
    ` (${sign}${delta.toFixed(digits)})`
  );
}
