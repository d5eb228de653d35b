import type { Curve } from './curves.ts';

export interface TableRow {
  readonly step: number;
  /** By curve; undefined where it has no point at this step. */
  readonly values: readonly (number | undefined)[];
}

/** All steps of some curves, ascending. */
export const allSteps = (curves: readonly Curve[]): number[] =>
  [...new Set(curves.flatMap(({ steps }) => steps))].sort((a, b) => a - b);

/** Rows for some of the steps: only what is looked at is made, a table may have a hundred thousand rows. */
export function rowsOf(curves: readonly Curve[], steps: readonly number[]): TableRow[] {
  return steps.map((step) => ({ step, values: curves.map((curve) => valueOf(curve, step)) }));
}

function valueOf({ steps, values }: Curve, step: number): number | undefined {
  let [low, high] = [0, steps.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((steps[middle] ?? 0) < step) low = middle + 1;
    else high = middle;
  }
  return steps[low] === step ? values[low] : undefined;
}

/** First row of the page that shows a step, in whole pages. */
export function pageAround(steps: readonly number[], step: number, size: number): number {
  const next = steps.findIndex((own) => own > step);
  const index = Math.max(0, (next === -1 ? steps.length : next) - 1);
  return index - (index % size);
}
