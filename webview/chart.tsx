import { useSignal, useSignalEffect } from '@preact/signals';
import {
  CategoryScale,
  Chart,
  Decimation,
  Filler,
  LinearScale,
  LineController,
  LineElement,
  PointElement,
  type ChartDataset,
  type Plugin,
} from 'chart.js';
import zoomPlugin from 'chartjs-plugin-zoom';
import { useEffect, useRef } from 'preact/hooks';
import type { PointsByTag } from '../sidecar/protocol/series.ts';
import { curvesOf, type Curve } from './chartData.ts';
import { cursorStep } from './cursor.ts';
import { formatBytes, formatNumber } from './format.ts';
import { connection } from './link.ts';
import { MAX_POINTS, runSeries, selectedRun } from './selection.ts';
import { palette, styleOf, themeVersion } from './theme.ts';
import type { Topic } from './topics.ts';

Chart.register(
  LineController,
  LineElement,
  PointElement,
  LinearScale,
  CategoryScale,
  Decimation,
  Filler,
  zoomPlugin,
);
Chart.defaults.animation = false;

interface Mark {
  readonly step: number;
  readonly kind: 'seam' | 'stage' | 'nonFinite' | 'cursor';
}

/** Vertical rules: where a run was resumed, where a stage begins, where a value is not finite, where the cursor is. */
const marksPlugin: Plugin<'line', { marks?: readonly Mark[] }> = {
  id: 'marks',
  afterDatasetsDraw(chart, _args, { marks = [] }) {
    const { ctx, chartArea, scales } = chart;
    const x = scales['x'];
    if (!x) return;
    const colors = palette();
    ctx.save();
    ctx.font = `10px ${colors.font}`;
    let labelled = -Infinity;
    for (const { step, kind } of marks) {
      const at = x.getPixelForValue(step);
      if (at < chartArea.left || at > chartArea.right) continue;
      ctx.strokeStyle = ctx.fillStyle = kind === 'nonFinite' ? colors.error : colors.muted;
      ctx.lineWidth = 1;
      ctx.setLineDash(kind === 'seam' ? [4, 3] : kind === 'stage' ? [1, 3] : []);
      ctx.beginPath();
      // A tick is enough for a value that is not finite: hundreds of them must leave the chart readable.
      ctx.moveTo(at, kind === 'nonFinite' ? chartArea.bottom - 10 : chartArea.top);
      ctx.lineTo(at, chartArea.bottom);
      ctx.stroke();
      if (kind === 'seam') ctx.fillText('resumed', at + 3, chartArea.top + 9);
      // Neighbouring marks share one label.
      if (kind === 'nonFinite' && at - labelled > 28) {
        ctx.fillText('NaN', at - 2, chartArea.bottom - 13);
        labelled = at;
      }
    }
    ctx.restore();
  },
};

/** One chart of a topic, redrawn when numbers, theme or zoom change; zooming asks the daemon for the exact points. */
export function SeriesChart({ topic, height }: { readonly topic: Topic; readonly height: number }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const chart = useRef<Chart<'line', { x: number; y: number }[]> | null>(null);
  const shownTopic = useSignal(topic);
  shownTopic.value = topic;
  const zoomed = useSignal<{ series: PointsByTag; from: number; to: number } | null>(null);

  useEffect(() => {
    if (!canvas.current) return;
    const zoom = async ({ chart: on }: { chart: Chart }) => {
      const { min: from, max: to } = on.scales['x'] ?? { min: 0, max: 0 };
      const run = selectedRun.peek()?.record.id;
      if (run === undefined) return;
      const tags = shownTopic.peek().lines.map(({ tag }) => tag);
      const range = await connection
        .peek()
        ?.request('series/range', { run, tags, fromStep: from, toStep: to, maxPoints: MAX_POINTS });
      if (range) zoomed.value = { series: range.series, from, to };
    };
    const made = new Chart<'line', { x: number; y: number }[]>(canvas.current, {
      type: 'line',
      data: { datasets: [] },
      plugins: [marksPlugin],
      options: {
        responsive: true,
        maintainAspectRatio: false,
        parsing: false,
        normalized: true,
        spanGaps: false,
        events: ['mousemove', 'mouseout', 'click', 'touchstart', 'touchmove'],
        onHover: (event, _elements, on) => {
          const x = on.scales['x'];
          if (x && event.x !== null) cursorStep.value = Math.round(x.getValueForPixel(event.x) ?? 0);
        },
        scales: { x: { type: 'linear' }, left: { type: 'linear', position: 'left' } },
        plugins: {
          zoom: {
            zoom: {
              drag: { enabled: true, threshold: 8 },
              mode: 'x',
              onZoomComplete: (context) => {
                zoom(context).catch((error: unknown) => {
                  console.warn('series/range', error);
                });
              },
            },
          },
        },
      },
    });
    chart.current = made;
    return () => {
      made.destroy();
    };
  }, []);

  useSignalEffect(() => {
    const { series, seams } = runSeries.value;
    const [made] = [chart.current, themeVersion.value];
    const run = selectedRun.value;
    if (!made || !run) return;
    const range = zoomed.value;
    const of = shownTopic.value;
    const curves = curvesOf(of, range?.series ?? series);
    made.data.datasets = curves.map((curve) => datasetOf(curve, of.stacked === true));
    const marks: Mark[] = [
      ...seams.filter(({ step }) => step > 1).map(({ step }) => ({ step, kind: 'seam' as const })),
      ...run.record.stages.slice(1).map(({ from }) => ({ step: from, kind: 'stage' as const })),
      ...[...new Set(curves.flatMap(({ nonFinite }) => nonFinite))].map((step) => ({
        step,
        kind: 'nonFinite' as const,
      })),
      ...(cursorStep.value === null ? [] : [{ step: cursorStep.value, kind: 'cursor' as const }]),
    ];
    applyScales(made, of, range ?? { from: 0, to: lastStep(series) });
    Object.assign(made.options.plugins ?? {}, { marks: { marks } });
    made.update('none');
  });

  const reset = () => {
    zoomed.value = null;
    chart.current?.resetZoom('none');
  };
  return (
    <section class="chart" aria-label={topic.title} data-points={pointCount(topic)}>
      <h2>
        {topic.title}
        {topic.unit === '' ? null : <span class="unit">{topic.unit}</span>}
        {zoomed.value ? (
          <button type="button" onClick={reset}>
            reset zoom
          </button>
        ) : null}
      </h2>
      <div class="plot" style={{ height: `${height}px` }} onDblClick={reset}>
        <canvas ref={canvas} role="img" aria-label={`${topic.title}, by step`} />
      </div>
      <Legend topic={topic} />
    </section>
  );
}

/** How many points the chart's first line holds: what a test compares with the files. */
const pointCount = ({ lines: [first] }: Topic): number =>
  first ? (runSeries.value.series[first.tag]?.steps.length ?? 0) : 0;

/** The read-out is a row below the chart, not a balloon hiding the data: newest values, or those at the cursor. */
function Legend({ topic }: { readonly topic: Topic }) {
  const { series } = runSeries.value;
  // Read so that the legend repaints with the theme.
  const theme = themeVersion.value;
  return (
    <ul class="legend" data-theme={theme}>
      {topic.lines.map((line) => {
        const { color, dash } = styleOf(line);
        return (
          <li key={line.tag}>
            <svg width="22" height="8" aria-hidden="true">
              <line
                x1="1"
                y1="4"
                x2="21"
                y2="4"
                stroke={color}
                stroke-width="2"
                stroke-dasharray={dash.join(' ')}
              />
            </svg>
            {line.label}{' '}
            <span class="value">{formatOf(topic)(valueAt(series, line.tag, cursorStep.value))}</span>
          </li>
        );
      })}
    </ul>
  );
}

/** Bytes read as bytes, everything else as a number. */
const formatOf = (topic: Topic) =>
  topic.unit === 'B' ? formatBytes : (value: number | undefined) => formatNumber(value);

/** The newest value at or before a step. */
function valueAt(series: PointsByTag, tag: string, step: number | null): number | undefined {
  const points = series[tag];
  if (!points) return undefined;
  if (step === null) return points.values.at(-1);
  const index = points.steps.findLastIndex((own) => own <= step);
  return index < 0 ? undefined : points.values[index];
}

function datasetOf(
  { line, points }: Curve,
  stacked: boolean,
): ChartDataset<'line', { x: number; y: number }[]> {
  const { color, dash, marker } = styleOf(line);
  const area = stacked && line.axis === 'left';
  const last = points.length - 1;
  return {
    label: line.label,
    data: [...points],
    yAxisID: line.axis,
    borderColor: color,
    backgroundColor: area ? `color-mix(in srgb, ${color} 35%, transparent)` : color,
    borderWidth: area ? 1 : 1.5,
    borderDash: area ? [] : dash,
    fill: area ? (line.member === 0 ? 'origin' : '-1') : false,
    pointStyle: marker,
    // Few points are all marked; of many only the newest.
    pointRadius: points.length <= 40 && !area ? 2.5 : points.map((_, index) => (index === last ? 3 : 0)),
    pointHoverRadius: 0,
  };
}

/** One axis for all charts: the newest step of any series. */
const lastStep = (series: PointsByTag): number =>
  Object.values(series).reduce((last, { steps }) => Math.max(last, steps.at(-1) ?? 0), 1);

function applyScales(
  chart: Chart<'line', { x: number; y: number }[]>,
  topic: Topic,
  range: { from: number; to: number },
): void {
  const colors = palette();
  const axis = {
    grid: { color: colors.grid, drawTicks: false },
    border: { display: false },
    ticks: { color: colors.muted, font: { family: colors.font, size: 11 }, maxTicksLimit: 6, padding: 4 },
  };
  const title = (text: string) => ({
    display: text !== '',
    text,
    color: colors.muted,
    font: { family: colors.font, size: 11 },
  });
  chart.options.scales = {
    x: {
      ...axis,
      type: 'linear',
      title: title('step'),
      min: range.from,
      max: range.to,
    },
    left: {
      ...axis,
      ticks: { ...axis.ticks, callback: (value: string | number) => formatOf(topic)(Number(value)) },
      type: 'linear',
      position: 'left',
      ...(topic.stacked === true ? { min: 0 } : {}),
    },
    ...(topic.lines.some((line) => line.axis === 'right')
      ? {
          right: {
            ...axis,
            type: 'linear' as const,
            position: 'right' as const,
            min: 0,
            grid: { drawOnChartArea: false, drawTicks: false },
            ticks: { ...axis.ticks, callback: (value: string | number) => formatOf(topic)(Number(value)) },
            title: title(topic.rightUnit ?? ''),
          },
        }
      : {}),
  };
}
