/**
 * What a run has achieved, as numbers that can be compared with another's.
 *
 * API: resultsOf, compareResults.
 */
import type { RunRecord } from './runRecord.ts';
import { signedText } from './signedText.ts';

/** One result; the name tells what was measured, on which split and by which role. */
export interface Result {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
}

/**
 * The best value of the headline, every role's result on the test split in the headline's metric, and the time that it took.
 * Shares are given in percent, as the curves are.
 */
export function resultsOf({ best, headline, test, activeSeconds }: RunRecord): Result[] {
  const metric = headline.series.split('/').at(-1) ?? '';
  const scale = headline.unit === '%' ? 100 : 1;
  const tested = Object.entries(test ?? {}).flatMap(([role, metrics]) => {
    const value = metrics[metric];
    return value === undefined
      ? []
      : [{ name: `test/${role}/${metric}`, value: scale * value, unit: headline.unit }];
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
  const digits = unit === '%' ? 2 : unit === 's' ? 1 : 4;
  return (
    `${before.toFixed(digits)} → ${after.toFixed(digits)} ${unit}`.trim() +
    ` (${signedText(after - before, digits)})`
  );
}
