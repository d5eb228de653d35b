import {
  Chart,
  DatasetController,
  LinearScale,
  LogarithmicScale,
  PointElement,
  type ChartOptions,
  type ScaleOptionsByType,
} from 'chart.js';
import { palette, type Palette } from '../theme/theme.ts';
import { layoutOf, paintAxisTitles, paintCurve, paintEndLabels, paintMarks, type Layout } from './paint.ts';
import type { Axis, DrawnCurve, Plot } from './plot.ts';

declare module 'chart.js' {
  interface ChartTypeRegistry {
    trace: {
      chartOptions: unknown;
      datasetOptions: { screen: Screen; curve: DrawnCurve };
      defaultDataPoint: never;
      metaExtensions: unknown;
      parsedDataType: unknown;
      scales: 'linear' | 'logarithmic';
    };
  }
}

/** Draws a curve from its columns as they are: Chart.js's own lines make an object of every point, and runs have millions. */
class TraceController extends DatasetController<'trace'> {
  static id = 'trace';
  // Chart.js wants a kind of element, though there are none.
  static defaults = { datasetElementType: false, dataElementType: PointElement.id };

  /** There are no elements to be updated. */
  override update(): void {
    return;
  }

  override draw(): void {
    const { screen, curve } = this.getDataset() as unknown as { screen: Screen; curve: DrawnCurve };
    paintCurve(this.chart.ctx, screen.plot, screen.layout, curve);
  }
}

Chart.register(LinearScale, LogarithmicScale, PointElement, TraceController);

const NOTHING: Plot = {
  width: 0,
  height: 0,
  x: { scale: { min: 0, max: 1, log: false }, title: '', format: String },
  left: { scale: { min: 0, max: 1, log: false }, title: '', format: String },
  right: null,
  curves: [],
  marks: [],
};

/** A chart on the screen: Chart.js keeps canvas, scales and axes, and calls us for the curves. */
export class Screen {
  plot = NOTHING;
  layout: Layout = layoutOf(NOTHING);
  #colors: Palette = palette();
  readonly #canvas: HTMLCanvasElement;
  #chart: Chart<'trace'> | null = null;
  /** A scale cannot change its kind. */
  #isLog = false;

  constructor(canvas: HTMLCanvasElement) {
    this.#canvas = canvas;
  }

  /** Shows a plot; nothing animates that carries no news. */
  draw(plot: Plot, layout: Layout): void {
    [this.plot, this.layout, this.#colors] = [plot, layout, palette()];
    if (this.#isLog !== plot.left.scale.log) this.stop();
    this.#isLog = plot.left.scale.log;
    this.#chart ??= this.#open();
    const chart = this.#chart;
    chart.data.datasets = plot.curves.map((curve) => ({ data: [], screen: this, curve }));
    const rightAxis = chart.options.scales?.['right'];
    if (rightAxis) rightAxis.display = plot.right !== null;
    if (chart.width !== plot.width || chart.height !== plot.height) chart.resize(plot.width, plot.height);
    chart.update('none');
  }

  stop(): void {
    this.#chart?.destroy();
    this.#chart = null;
  }

  #open(): Chart<'trace'> {
    return new Chart(this.#canvas, {
      type: 'trace',
      data: { datasets: [] },
      options: this.#options(),
      plugins: [
        {
          id: 'marks',
          beforeDraw: ({ ctx }) => {
            ctx.font = `11px ${this.#colors.font}`;
          },
          afterDatasetsDraw: ({ ctx }) => {
            ctx.font = `11px ${this.#colors.font}`;
            paintAxisTitles(ctx, this.plot, this.#colors);
            paintMarks(ctx, this.plot, this.layout, this.#colors);
            paintEndLabels(ctx, this.plot, this.layout, this.#colors);
          },
        },
      ],
    });
  }

  #options(): ChartOptions<'trace'> {
    return {
      responsive: false,
      maintainAspectRatio: false,
      animation: false,
      // Pointer and keys are handled by the page, for all charts together.
      events: [],
      clip: 4,
      layout: {
        autoPadding: false,
        padding: () => ({
          top: this.layout.area.top,
          right: this.plot.width - this.layout.area.right - this.layout.rightAxis,
          bottom: 0,
          left: 0,
        }),
      },
      scales: {
        x: this.#scale({
          type: 'linear',
          axis: () => this.plot.x,
          ticks: () => this.layout.xTicks,
          extent: (scale) => {
            scale.height = this.plot.height - this.layout.area.bottom;
          },
        }),
        left: this.#scale({
          type: this.plot.left.scale.log ? 'logarithmic' : 'linear',
          position: 'left',
          axis: () => this.plot.left,
          ticks: () => this.layout.leftTicks,
          extent: (scale) => {
            scale.width = this.layout.area.left;
          },
        }),
        right: this.#scale({
          type: 'linear',
          position: 'right',
          axis: () => this.plot.right ?? this.plot.left,
          ticks: () => this.layout.rightTicks,
          extent: (scale) => {
            scale.width = this.layout.rightAxis;
          },
        }),
      },
    };
  }

  /** One geometry for screen and files: an axis takes range, ticks and room from the layout. */
  #scale({ type, position, axis, ticks, extent }: ScaleSource) {
    const isX = position === undefined;
    return {
      type,
      position: position ?? ('bottom' as const),
      axis: isX ? ('x' as const) : ('y' as const),
      bounds: 'data' as const,
      afterDataLimits: (scale: { min: number; max: number }) => {
        const { min, max } = axis().scale;
        [scale.min, scale.max] = [min, max];
      },
      afterBuildTicks: (scale: { ticks: { value: number }[] }) => {
        scale.ticks = ticks().map((value) => ({ value }));
      },
      afterFit: extent,
      border: { display: false },
      grid: {
        display: position !== 'right',
        drawOnChartArea: !isX,
        tickLength: isX ? 3 : 0,
        color: () => this.#colors.grid,
      },
      ticks: {
        autoSkip: false,
        maxRotation: 0,
        padding: isX ? 2 : 5,
        color: () => this.#colors.muted,
        font: () => ({ family: this.#colors.font, size: 11 }),
        callback: (value: number | string) => axis().format(Number(value)),
      },
    } satisfies DeepPartial<ScaleOptionsByType<'linear' | 'logarithmic'>>;
  }
}

interface ScaleSource {
  readonly type: 'linear' | 'logarithmic';
  /** Absent for the x axis. */
  readonly position?: 'left' | 'right';
  readonly axis: () => Axis;
  readonly ticks: () => readonly number[];
  readonly extent: (scale: { width: number; height: number }) => void;
}

type DeepPartial<T> = { [K in keyof T]?: T[K] extends object ? DeepPartial<T[K]> : T[K] };
