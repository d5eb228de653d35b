import { xAxis } from '../series/clocks.ts';
import { formatDuration, formatNumber } from '../words/numbers.ts';
import { joined, t } from '../words/words.ts';
import type { ChartState } from './chartState.ts';
import { measuredAt } from './curves.ts';
import { cursor } from './cursor.ts';

/** A place on the x axis in words. */
export function placeText(x: number): string {
  switch (xAxis.value) {
    case 'step':
      return t('place.step', { x: formatNumber(x, 9) });
    case 'epoch':
      return t('place.epoch', { x: formatNumber(x, 4) });
    case 'time':
      return t('place.time', { x: formatDuration(x) });
  }
}

/** What a chart says at the cursor, or at its end. */
export function cursorText(chart: ChartState): string {
  const x = cursor.value;
  const values = chart.curves.value.map((curve) =>
    t('readOut.value', {
      name: curve.line.label,
      value: chart.format(curve.line.axis, measuredAt(curve, x)),
    }),
  );
  const place = x === null ? t('place.newest') : placeText(x);
  return t('readOut', { chart: chart.topic.value.title, place, values: joined(values) });
}
