import type { PointsByTag } from '../../sidecar/protocol/series.ts';
import { connection } from '../link/link.ts';
import { clockOf } from '../series/clocks.ts';
import { seriesOf } from '../series/followed.ts';
import type { RunSeries } from '../series/runSeries.ts';
import type { Line } from './line.ts';

/** Points of a part of a run. */
export interface Range {
  readonly run: string;
  readonly fromStep: number;
  readonly toStep: number;
  /** The run's newest step when it was asked. */
  readonly newestStep: number;
  readonly series: PointsByTag;
}

/** Asks the daemon for points of some lines between two places of the x axis. Runs that are not `wanted` are left out. */
export async function fetchRanges(
  lines: readonly Line[],
  { from, to }: { readonly from: number; readonly to: number },
  maxPoints: number,
  wanted: (series: RunSeries) => boolean = () => true,
): Promise<Range[]> {
  const link = connection.peek();
  const runs = [...new Set(lines.map(({ run }) => run))];
  const answers = runs.map(async (run): Promise<Range[]> => {
    const series = seriesOf(run);
    if (!link || !series || !wanted(series)) return [];
    const clock = clockOf(series);
    // Places on the axis are computed: a hair beside a step is the step.
    const fromStep = Math.ceil(clock.toStep(from) - 1e-6);
    const toStep = Math.floor(clock.toStep(to) + 1e-6);
    const newestStep = series.newestStep.peek();
    const tags = lines.filter((line) => line.run === run).map(({ tag }) => tag);
    const answer = await link.request('series/range', { run, tags, fromStep, toStep, maxPoints });
    return [{ run, fromStep, toStep, newestStep, series: answer.series }];
  });
  return (await Promise.all(answers)).flat();
}
