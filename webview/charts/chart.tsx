import { useEffect, useState } from 'preact/hooks';
import { Explained, IconButton } from '../theme/iconButton.tsx';
import { seriesOf } from '../series/followed.ts';
import { look, view } from '../view/viewState.ts';
import { t } from '../words/words.ts';
import { ChartCanvas } from './canvas.tsx';
import { ChartState } from './chartState.ts';
import { ExportMenu } from './exportMenu.tsx';
import { Legend } from './legend.tsx';
import type { Topic } from './line.ts';
import { charts } from './registry.ts';
import { TableTwin } from './tableTwin.tsx';

/** One chart of a topic: picture or table, read-out, and what can be done with it. */
export function SeriesChart({ topic, height }: { readonly topic: Topic; readonly height: number }) {
  const [chart] = useState(() => new ChartState(topic));
  useEffect(() => {
    chart.topic.value = topic;
  }, [chart, topic]);
  useEffect(() => {
    charts.set(topic.id, chart);
    return () => {
      if (charts.get(topic.id) === chart) charts.delete(topic.id);
    };
  }, [chart, topic.id]);
  useEffect(() => chart.exact.watch(), [chart]);
  const isTable = chart.isTable.value;
  return (
    <section class="chart" aria-label={topic.title} data-topic={topic.id} data-points={pointCount(topic)}>
      <div class="row">
        <h2>
          {topic.explanation === undefined ? (
            topic.title
          ) : (
            <Explained text={topic.title} explanation={topic.explanation} />
          )}
        </h2>
        <span class="spacer" />
        {topic.stacked === true || topic.isRaster === true ? null : <LogButton chart={chart} />}
        {chart.leftRange.value === null ? null : (
          <IconButton
            icon="fold"
            label={t('chart.resetRange')}
            on={() => {
              chart.leftRange.value = null;
            }}
          />
        )}
        <IconButton
          icon={isTable ? 'graph-line' : 'table'}
          label={isTable ? t('chart.showChart') : t('chart.showTable')}
          pressed={isTable}
          on={() => {
            chart.isTable.value = !isTable;
          }}
        />
        <ExportMenu chart={chart} />
      </div>
      {isTable ? (
        <TableTwin chart={chart} />
      ) : (
        <>
          <div
            class="focusable"
            tabIndex={0}
            role="group"
            aria-roledescription={topic.isRaster === true ? t('raster.role') : t('chart.role')}
            aria-label={t('chart.label', { chart: topic.title })}
            data-chart={topic.id}
          >
            <ChartCanvas chart={chart} height={height} />
          </div>
          <Legend chart={chart} />
        </>
      )}
    </section>
  );
}

function LogButton({ chart }: { readonly chart: ChartState }) {
  const isLog = chart.isLog.value;
  return (
    <button
      type="button"
      class="text"
      aria-pressed={isLog}
      onClick={() => {
        const { id } = chart.topic.peek();
        const { logarithmic } = view.peek();
        look({ logarithmic: isLog ? logarithmic.filter((own) => own !== id) : [...logarithmic, id] });
      }}
    >
      {t('chart.log')}
    </button>
  );
}

/** How many points the chart's first line holds: what a test compares with the files. */
const pointCount = ({ lines: [first] }: Topic): number =>
  first ? (seriesOf(first.run)?.points(first.tag)?.steps.length ?? 0) : 0;
