import { computed, signal, type Signal } from '@preact/signals';
import { runOf } from '../link/runs.ts';
import { clockOf, xAxis } from '../series/clocks.ts';
import { seriesOf } from '../series/followed.ts';
import { spacingOf } from '../series/smoothing.ts';
import { styleOf } from '../theme/theme.ts';
import { selectedId } from '../view/selection.ts';
import { part } from '../view/viewState.ts';
import { formatAxisValue, formatClock, formatValue } from '../words/numbers.ts';
import { t } from '../words/words.ts';
import { curvesOf, type Curve, type CurveSource } from './curves.ts';
import { ExactPoints } from './exactPoints.ts';
import { lineKey, type Topic } from './line.ts';
import { layoutOf } from './paint.ts';
import { sideScale, type DrawnCurve, type Mark, type Plot } from './plot.ts';
import { rowsOf } from './raster.ts';
import { xWindow } from './zoom.ts';

/** More lines than this have their names at their ends. */
const UNLABELLED = 6;
/** A learning rate that falls below this share of the one before has dropped. */
const RATE_DROP = 0.6;
const STEADY = 0.95;
/** A schedule with more of them than this has no drops worth a mark. */
const MOST_DROPS = 20;

const smoothing = part('smoothing');
const logarithmic = part('logarithmic');

/** One chart: what it is about, how it is looked at, and everything computed from that. */
export class ChartState {
  readonly topic: Signal<Topic>;
  readonly size = signal({ width: 0, height: 0 });
  /** Chosen range of the left axis; null shows all. */
  readonly leftRange = signal<{ readonly from: number; readonly to: number } | null>(null);
  readonly hidden = signal<ReadonlySet<string>>(new Set());
  readonly isTable = signal(false);
  readonly exact: ExactPoints;
  /** Whether the pointer has it: it is drawn before the others then. */
  isHeld = false;

  constructor(topic: Topic) {
    this.topic = signal(topic);
    this.exact = new ExactPoints(this.lines);
  }

  readonly lines = computed(() => this.topic.value.lines);
  readonly isLog = computed(
    () => this.topic.value.stacked !== true && logarithmic.value.includes(this.topic.value.id),
  );

  readonly curves = computed((): readonly Curve[] => {
    const hidden = this.hidden.value;
    const sources = this.lines.value
      .filter((line) => !hidden.has(lineKey(line)))
      .flatMap((line): CurveSource[] => {
        const series = seriesOf(line.run);
        const points = this.exact.points(line);
        if (!series || !points) return [];
        const spacing = spacingOf(series.points(line.tag)?.steps ?? []);
        return [{ line, points, clock: clockOf(series), spacing }];
      });
    return curvesOf(sources, smoothing.value, this.topic.value.stacked === true);
  });

  readonly marks = computed((): readonly Mark[] => [...runMarks(), ...nonFiniteMarks(this.curves.value)]);

  readonly plot = computed((): Plot => {
    const { unit, rightUnit = '', stacked = false, isRaster = false, lines } = this.topic.value;
    const { from, to } = xWindow.value;
    const x = { min: from, max: to, log: false, isTime: xAxis.value === 'time' };
    const curves = this.curves.value;
    const leftCurves = curves.filter(({ line }) => line.axis === 'left');
    const rightCurves = curves.filter(({ line }) => line.axis === 'right');
    const labelled = !stacked && !isRaster && lines.length > UNLABELLED;
    const rows = isRaster ? rowsOf(leftCurves) : null;
    const left =
      rows?.scale ??
      sideScale(leftCurves, x, { log: this.isLog.value, fromZero: stacked, range: this.leftRange.value });
    const right = sideScale(rightCurves, x, { fromZero: true });
    return {
      ...this.size.value,
      x: { scale: x, title: '', format: xFormat },
      left: rows ?? { scale: left, title: unit, format: formatAxisValue(unit, left) },
      right:
        rightCurves.length === 0
          ? null
          : { scale: right, title: rightUnit, format: formatAxisValue(unit === 'B' ? unit : '', right) },
      curves: curves.map((curve): DrawnCurve => ({
        ...curve,
        style: styleOf(curve.line),
        endLabel: labelled ? curve.line.label : '',
        row: rows ? rows.rowOf(curve) : null,
      })),
      marks: this.marks.value,
    };
  });

  readonly layout = computed(() => layoutOf(this.plot.value));

  /** Places of all points, ascending: where the arrow keys go. */
  readonly stops = computed(() => {
    const places = this.curves.value.flatMap(({ steps, clock }) => steps.map((step) => clock.toX(step)));
    return [...new Set(places)].sort((a, b) => a - b);
  });

  /** A value of a line with its unit. */
  format(axis: 'left' | 'right', value: number | undefined): string {
    const { unit } = this.topic.value;
    return formatValue(axis === 'left' || unit === 'B' ? unit : '', value);
  }
}

const xFormat = (value: number): string =>
  xAxis.value === 'time' ? formatClock(value) : formatValue('', value);

/** Where the selected run was resumed, where its stages begin, where its learning rate drops. */
function runMarks(): Mark[] {
  const id = selectedId.value;
  const series = id === null ? undefined : seriesOf(id);
  const record = id === null ? undefined : runOf(id)?.record;
  if (!series) return [];
  const clock = clockOf(series);
  const rate = series.points('schedule/learningRate');
  const drops = (rate?.steps ?? []).filter((_, index) => {
    const [earlier, before, now] = [-2, -1, 0].map((by) => rate?.values[index + by] ?? 0) as [
      number,
      number,
      number,
    ];
    // A step down from a level; a curve that falls ever faster has none.
    return before > 0 && before > STEADY * earlier && now < RATE_DROP * before;
  });
  return [
    ...series.seams.value
      .filter(({ step }) => step > 1)
      .map(({ step }): Mark => ({ x: clock.toX(step), kind: 'seam', label: t('mark.resumed') })),
    ...(record?.stages ?? [])
      .slice(1)
      .map(({ from }): Mark => ({ x: clock.toX(from), kind: 'stage', label: '' })),
    ...(drops.length > MOST_DROPS ? [] : drops).map((step): Mark => ({
      x: clock.toX(step),
      kind: 'rateDrop',
      label: '',
    })),
  ];
}

function nonFiniteMarks(curves: readonly Curve[]): Mark[] {
  const found = new Map<number, string>();
  for (const { steps, values, clock } of curves)
    for (let index = 0; index < values.length; index++) {
      const value = values[index] ?? NaN;
      if (!Number.isFinite(value)) found.set(clock.toX(steps[index] ?? 0), formatValue('', value));
    }
  return [...found].sort(([a], [b]) => a - b).map(([x, label]) => ({ x, kind: 'nonFinite', label }));
}
