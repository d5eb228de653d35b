import { encodeNumber } from '../../sidecar/protocol/number.ts';
import type { PointsByTag } from '../../sidecar/protocol/series.ts';
import { csvField } from '../../sidecar/protocol/textTable.ts';

export interface RunPoints {
  readonly run: string;
  readonly series: PointsByTag;
}

/** One row a point, every number as it was measured: NaN, Infinity and -Infinity as these words. */
export function csvOf(runs: readonly RunPoints[]): string {
  const rows = runs.flatMap(({ run, series }) =>
    Object.entries(series).flatMap(([tag, { steps, walls, values }]) =>
      steps.map((step, index) =>
        [csvField(run), csvField(tag), step, walls[index] ?? NaN, values[index] ?? NaN].map(String).join(','),
      ),
    ),
  );
  return ['run,series,step,wall_time,value', ...rows, ''].join('\n');
}

/** The same as JSON, numbers that it cannot carry as words, as on the wire. */
export function jsonOf(runs: readonly RunPoints[]): string {
  const written = runs.map(({ run, series }) => ({
    run,
    series: Object.fromEntries(
      Object.entries(series).map(([tag, { steps, walls, values }]) => [
        tag,
        { steps, wallTimes: walls, values: values.map(encodeNumber) },
      ]),
    ),
  }));
  return `${JSON.stringify({ runs: written }, null, 1)}\n`;
}
