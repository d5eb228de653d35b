import type { Points } from '../../sidecar/protocol/series.ts';
import type { Clock } from '../series/clock.ts';
import { smooth } from '../series/smoothing.ts';
import type { Line } from './line.ts';

/** A line ready to draw. */
export interface Curve {
  readonly line: Line;
  readonly steps: readonly number[];
  /** Values as measured. */
  readonly values: readonly number[];
  readonly clock: Clock;
  readonly xs: readonly number[];
  /** Smoothed, stacked, or as measured. */
  readonly ys: ArrayLike<number>;
  /** As measured, to be drawn faintly behind a smoothed line; null where nothing is smoothed. */
  readonly raw: ArrayLike<number> | null;
  /** Lower edge of a stacked band. */
  readonly floor: ArrayLike<number> | null;
}

export interface CurveSource {
  readonly line: Line;
  readonly points: Points;
  readonly clock: Clock;
  /** Steps between points of the whole run: see {@link smooth}. */
  readonly spacing: number;
}

export function curvesOf(sources: readonly CurveSource[], smoothing: number, stacked: boolean): Curve[] {
  const bands = stacked ? sources.filter(({ line }) => line.axis === 'left' && isBand(line)) : [];
  return [
    ...stack(bands, smoothing),
    ...sources.filter((source) => !bands.includes(source)).map((source) => plain(source, smoothing)),
  ];
}

/** Terms have numbers for hues and are what is stacked; a whole run drawn beside them is a line. */
const isBand = ({ hue, tag }: Line): boolean =>
  typeof hue === 'number' && tag.startsWith('train/run/weighted/');

function plain({ line, points: { steps, values }, clock, spacing }: CurveSource, smoothing: number): Curve {
  const isSmoothed = smoothing > 0;
  return {
    line,
    steps,
    values,
    clock,
    xs: steps.map((step) => clock.toX(step)),
    ys: isSmoothed ? smooth(steps, values, smoothing, spacing) : values,
    raw: isSmoothed ? values : null,
    floor: null,
  };
}

/** Sums bands upwards, on the union of their steps; behind the top one the raw sum shows. */
function stack(sources: readonly CurveSource[], smoothing: number): Curve[] {
  const steps = [...new Set(sources.flatMap(({ points }) => points.steps))].sort((a, b) => a - b);
  let floor: number[] = steps.map(() => 0);
  let raw: number[] = steps.map(() => 0);
  return sources.map(({ line, points, clock, spacing }, index): Curve => {
    const own = smoothing > 0 ? smooth(points.steps, points.values, smoothing, spacing) : points.values;
    const below = floor;
    const level = interpolated(points.steps, own, steps);
    floor = below.map((value, at) => value + (level[at] ?? 0));
    const measured = interpolated(points.steps, points.values, steps);
    raw = raw.map((value, at) => value + (measured[at] ?? 0));
    return {
      line,
      steps: points.steps,
      values: points.values,
      clock,
      xs: steps.map((step) => clock.toX(step)),
      ys: floor,
      raw: smoothing > 0 && index === sources.length - 1 ? raw : null,
      floor: below,
    };
  });
}

/** Values at other steps: terms are thinned out apart from each other, so not all have every step. */
export function interpolated(
  steps: readonly number[],
  values: ArrayLike<number>,
  at: readonly number[],
): number[] {
  if (steps.length === 0) return at.map(() => 0);
  let index = 0;
  return at.map((step) => {
    while ((steps[index + 1] ?? Infinity) <= step) index++;
    const [left, right] = [steps[index] ?? 0, steps[index + 1]];
    const [a, b] = [values[index] ?? NaN, values[index + 1]];
    // A term of a later stage does not exist before its first point.
    if (step < left) return 0;
    if (right === undefined || b === undefined || right === left || step === left) return a;
    return a + ((b - a) * (step - left)) / (right - left);
  });
}

/** Index of the last point at or before x; −1 where there is none. */
export function indexAt(xs: ArrayLike<number>, x: number): number {
  let [low, high] = [0, xs.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((xs[middle] ?? 0) <= x) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** The value as measured, the newest at or before x; the newest of all without x. */
export function measuredAt({ steps, values, clock }: Curve, x: number | null): number | undefined {
  if (x === null) return values.at(-1);
  // Places on the axis are computed: a hair before a step is the step.
  return values[indexAt(steps, clock.toStep(x) + 1e-6)];
}
