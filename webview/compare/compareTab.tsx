import { SeriesChart } from '../charts/chart.tsx';
import { ChartToolbar } from '../charts/toolbar.tsx';
import { BaselinePicker, OverlayPicker, RunPicker } from '../run/pickers.tsx';
import { Notice } from '../view/notice.tsx';
import { shownIds } from '../view/selection.ts';
import { compareTopics } from '../view/shownTopics.ts';
import { t } from '../words/words.ts';
import { DeltaTable } from './deltaTable.tsx';
import { Differences } from './differences.tsx';

const HEIGHT = 220;

/** Runs beside each other: results, what they differ in, their curves. */
export function CompareTab() {
  const runs = shownIds.value;
  return (
    <>
      <div class="row">
        <RunPicker />
        <BaselinePicker />
        <OverlayPicker />
      </div>
      <DeltaTable runs={runs} />
      {runs.length < 2 ? (
        <Notice title={t('compare.alone')}>{t('compare.alone.more')}</Notice>
      ) : (
        <>
          <Differences runs={runs} />
          <ChartToolbar />
          <div class="grid">
            {compareTopics.value.map((topic) => (
              <SeriesChart key={topic.id} topic={topic} height={HEIGHT} />
            ))}
          </div>
        </>
      )}
    </>
  );
}
