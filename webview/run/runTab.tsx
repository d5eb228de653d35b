import { useComputed } from '@preact/signals';
import { SeriesChart } from '../charts/chart.tsx';
import { ChartToolbar } from '../charts/toolbar.tsx';
import { Differences } from '../compare/differences.tsx';
import { Panels } from '../panels/panels.tsx';
import { Predictions } from '../predictions/predictions.tsx';
import { Views } from '../predictions/views.tsx';
import { selectedSeries } from '../series/followed.ts';
import { selectedRun, shownIds } from '../view/selection.ts';
import { runTopics } from '../view/shownTopics.ts';
import { t } from '../words/words.ts';
import { Ending } from './ending.tsx';
import { Header } from './header.tsx';
import { RoleTable } from './roleTable.tsx';
import { Waiting } from './waiting.tsx';

const FIRST_HEIGHT = 250;
const OTHER_HEIGHT = 180;

/** Everything about one run, in the order in which it is asked. */
export function RunTab() {
  const run = selectedRun.value;
  const topics = runTopics.value;
  const isLoaded = useComputed(() => selectedSeries.value?.isLoaded.value === true);
  const compared = useComputed(() => shownIds.value.length > 1);
  return (
    <>
      <Header />
      {run ? <Ending run={run} /> : null}
      {compared.value ? <Differences runs={shownIds.value} /> : null}
      {topics.length === 0 && run ? (
        <Waiting run={run} isLoaded={isLoaded.value} />
      ) : (
        <>
          <ChartToolbar />
          <div class="grid">
            <RoleTable />
            {topics
              .filter(({ isPanel }) => isPanel !== true)
              .map((topic, index) => (
                <SeriesChart
                  key={topic.id}
                  topic={topic}
                  height={index === 0 ? FIRST_HEIGHT : OTHER_HEIGHT}
                />
              ))}
          </div>
          <Panels />
          <Predictions />
          <Views />
        </>
      )}
      <p class="muted keys">{t('keys.hint')}</p>
    </>
  );
}
