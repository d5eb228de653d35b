import type { Points, PointsByTag } from '../sidecar/protocol/series.ts';
import type { Line, Topic } from './topics.ts';

/** A line ready to draw: finite points, and the steps at which a value is not finite. */
export interface Curve {
  readonly line: Line;
  readonly points: readonly { readonly x: number; readonly y: number }[];
  readonly nonFinite: readonly number[];
  /** Value as measured, where `points` are stacked sums. */
  readonly newest: number | undefined;
}

/** A gap stays a gap: a non-finite value breaks the line and is marked. */
export function curvesOf(topic: Topic, series: PointsByTag): Curve[] {
  const curves = topic.lines.map((line): Curve => {
    const { steps, values } = series[line.tag] ?? { steps: [], values: [] };
    return {
      line,
      points: steps.map((x, index) => ({ x, y: finiteOrNaN(values[index]) })),
      nonFinite: steps.filter((_, index) => !Number.isFinite(values[index])),
      newest: values.at(-1),
    };
  });
  return topic.stacked === true ? stack(curves, series) : curves;
}

const finiteOrNaN = (value: number | undefined): number =>
  value !== undefined && Number.isFinite(value) ? value : NaN;

/** Sums the left-axis curves upwards, on the union of their steps. */
function stack(curves: readonly Curve[], series: PointsByTag): Curve[] {
  const stacked = curves.filter(({ line }) => line.axis === 'left');
  const steps = [...new Set(stacked.flatMap(({ points }) => points.map(({ x }) => x)))].sort((a, b) => a - b);
  let below = steps.map(() => 0);
  return curves.map((curve) => {
    if (curve.line.axis !== 'left') return curve;
    const own = interpolated(series[curve.line.tag], steps);
    below = below.map((level, index) => level + (own[index] ?? 0));
    const levels = below;
    return { ...curve, points: steps.map((x, index) => ({ x, y: levels[index] ?? NaN })) };
  });
}

/** Values at other steps: terms are thinned out apart from each other, so not all have every step. */
function interpolated(points: Points | undefined, at: readonly number[]): number[] {
  if (!points || points.steps.length === 0) return at.map(() => 0);
  let index = 0;
  return at.map((step) => {
    while ((points.steps[index + 1] ?? Infinity) <= step) index++;
    const [left, right] = [points.steps[index] ?? 0, points.steps[index + 1]];
    const [a, b] = [points.values[index] ?? NaN, points.values[index + 1]];
    // A term of a later stage does not exist before its first point.
    if (step < left) return 0;
    if (right === undefined || b === undefined || right === left) return a;
    return a + ((b - a) * (step - left)) / (right - left);
  });
}
