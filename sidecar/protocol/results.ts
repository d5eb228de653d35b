/**
 * What a run has achieved, as numbers that can be compared with another's.
 *
 * API: headlineOf, testedOf, resultsOf, compareResults, deltaText, digitsOf, valueText.
 */
import type { RunRecord } from './runRecord.ts';
import { signedText } from './signedText.ts';

/** One result; the name tells what was measured, on which split and by which role. */
export interface Result {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
}

/** Split, role and metric of the series that a run is judged by. */
export function headlineOf({ headline }: Pick<RunRecord, 'headline'>): {
  readonly split: string;
  readonly role: string;
  readonly metric: string;
} {
  const [split = '', role = '', metric = ''] = headline.series.split('/');
  return { split, role, metric };
}

/**
 * A role's result in the test, in the headline's metric and unit; undefined before it was measured. Shares are given in percent,
 * as the curves are. @param role absent: that of the headline
 */
export function testedOf(
  record: Pick<RunRecord, 'headline' | 'test'>,
  role = headlineOf(record).role,
): number | undefined {
  const value = record.test?.[role]?.[headlineOf(record).metric];
  return value === undefined ? undefined : (record.headline.unit === '%' ? 100 : 1) * value;
}

/** The best value of the headline, every role's result in the test in the headline's metric, and the time that it took. */
export function resultsOf(record: RunRecord): Result[] {
  const { best, headline, test, activeSeconds } = record;
  const tested = Object.keys(test ?? {}).flatMap((role) => {
    const value = testedOf(record, role);
    return value === undefined
      ? []
      : [{ name: `test/${role}/${headlineOf(record).metric}`, value, unit: headline.unit }];
  });
  return [
    ...(best ? [{ name: `best ${best.series}`, value: best.value, unit: headline.unit }] : []),
    ...tested,
    ...(activeSeconds > 0 ? [{ name: 'active time', value: activeSeconds, unit: 's' }] : []),
  ];
}

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
  const digits = digitsOf(unit, Math.max(Math.abs(before), Math.abs(after)));
  return (
    `${before.toFixed(digits)} → ${after.toFixed(digits)} ${unit}`.trim() +
    ` (${signedText(after - before, digits)})`
  );
}

/** Decimals of a value in its unit: fewer where it is large. */
export function digitsOf(unit: string, value: number): number {
  if (unit === '%') return 2;
  if (unit === 's') return 1;
  return Math.abs(value) >= 10 ? 2 : 4;
}

/** `97.40 %`, `−145.32`. */
export const valueText = (unit: string, value: number): string =>
  `${value.toFixed(digitsOf(unit, value)).replace('-', '−')} ${unit}`.trim();
