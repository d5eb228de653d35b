import { testedOf } from '../../sidecar/protocol/results.ts';
import type { RunSummary } from '../../sidecar/protocol/runSummary.ts';

/** The result of a run in the test, in the headline's role and unit; undefined before it was evaluated. */
export const testOf = ({ record }: RunSummary): number | undefined => testedOf(record);

export const bestOf = ({ record }: RunSummary): number | undefined => record.best?.value;

/** Difference from a baseline that measures the same; undefined where one of the two is unknown. */
export function deltaOf(
  run: RunSummary,
  baseline: RunSummary | null | undefined,
  value: (run: RunSummary) => number | undefined,
): number | undefined {
  if (!baseline || baseline.record.id === run.record.id) return undefined;
  if (baseline.record.headline.unit !== run.record.headline.unit) return undefined;
  const [own, other] = [value(run), value(baseline)];
  return own === undefined || other === undefined ? undefined : own - other;
}
