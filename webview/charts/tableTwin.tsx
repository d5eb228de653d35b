import { useComputed, useSignal } from '@preact/signals';
import { seriesOf } from '../series/followed.ts';
import { IconButton } from '../theme/iconButton.tsx';
import { formatCount } from '../words/numbers.ts';
import { t } from '../words/words.ts';
import type { ChartState } from './chartState.ts';
import { cursor } from './cursor.ts';
import { lineKey } from './line.ts';
import { allSteps, pageAround, rowsOf } from './tableRows.ts';
import { xWindow } from './zoom.ts';

const PAGE_SIZE = 25;

/** The numbers of a chart: what is in view, page by page, beginning where the cursor is. */
export function TableTwin({ chart }: { readonly chart: ChartState }) {
  /** First row chosen by the person; null follows the cursor, or the newest. */
  const chosen = useSignal<number | null>(null);
  const steps = useComputed(() => {
    const { from, to } = xWindow.value;
    const [first] = chart.curves.value;
    const clock = first?.clock;
    const all = allSteps(chart.curves.value);
    return clock ? all.filter((step) => clock.toX(step) >= from && clock.toX(step) <= to) : all;
  });
  const start = useComputed(() => {
    const count = steps.value.length;
    if (chosen.value !== null) return Math.max(0, Math.min(chosen.value, count - 1));
    const clock = chart.curves.value[0]?.clock;
    const at = cursor.value === null || !clock ? Infinity : clock.toStep(cursor.value) + 1e-6;
    return pageAround(steps.value, at, PAGE_SIZE);
  });
  const curves = chart.curves.value;
  const count = steps.value.length;
  const from = start.value;
  const rows = rowsOf(curves, steps.value.slice(from, from + PAGE_SIZE));
  const isThinned = curves.some(({ line }) => seriesOf(line.run)?.isComplete === false);
  const move = (to: number) => () => {
    chosen.value = Math.max(0, Math.min(to, count - 1));
  };
  const last = Math.max(0, count - 1 - ((count - 1) % PAGE_SIZE));
  return (
    <div class="twin">
      <div class="row">
        <span class="muted">
          {t('table.rows', {
            from: formatCount(Math.min(count, from + 1)),
            to: formatCount(Math.min(count, from + PAGE_SIZE)),
            count: formatCount(count),
          })}{' '}
          {isThinned ? t('table.thinned') : ''}
        </span>
        <span class="spacer" />
        <IconButton label={t('table.first')} icon="chevron-up" on={move(0)} enabled={from > 0} />
        <IconButton
          label={t('table.previous')}
          icon="chevron-left"
          on={move(from - PAGE_SIZE)}
          enabled={from > 0}
        />
        <IconButton
          label={t('table.next')}
          icon="chevron-right"
          on={move(from + PAGE_SIZE)}
          enabled={from < last}
        />
        <IconButton label={t('table.last')} icon="chevron-down" on={move(last)} enabled={from < last} />
      </div>
      <div
        class="scroll"
        tabIndex={0}
        role="region"
        aria-label={t('table.of', { chart: chart.topic.value.title })}
      >
        <table>
          <thead>
            <tr>
              <th scope="col" class="number">
                {t('axis.step')}
              </th>
              {curves.map(({ line }) => (
                <th key={lineKey(line)} scope="col" class="number">
                  {line.label}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map(({ step, values }) => (
              <tr key={step}>
                <th scope="row" class="number">
                  {formatCount(step)}
                </th>
                {values.map((value, index) => (
                  <td
                    key={index}
                    class={value === undefined || Number.isFinite(value) ? 'number' : 'number error'}
                  >
                    {value === undefined ? '' : chart.format(curves[index]?.line.axis ?? 'left', value)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </div>
  );
}
