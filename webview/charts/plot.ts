import type { LineStyle } from '../theme/theme.ts';
import { indexAt, type Curve } from './curves.ts';
import { scaleAround, type Scale } from './scale.ts';

export interface Axis {
  readonly scale: Scale;
  /** Unit or name beside the axis; empty for none. */
  readonly title: string;
  readonly format: (value: number) => string;
  /** Where its numbers stand; absent: wherever they are round. */
  readonly ticks?: readonly number[];
}

/** Something that happened at one place of the x axis. */
export interface Mark {
  readonly x: number;
  readonly kind: 'seam' | 'stage' | 'rateDrop' | 'nonFinite';
  readonly label: string;
}

export interface DrawnCurve extends Curve {
  readonly style: LineStyle;
  /** At the line's end, where there are too many lines for a legend alone; empty for none. */
  readonly endLabel: string;
  /** Of a raster, on the left axis: the cells lie between this and the next whole number; null for a curve. */
  readonly row: number | null;
}

/** Everything that a chart shows, in values: painted on a canvas, written as SVG, and what tests look at. */
export interface Plot {
  readonly width: number;
  readonly height: number;
  readonly x: Axis;
  readonly left: Axis;
  readonly right: Axis | null;
  readonly curves: readonly DrawnCurve[];
  readonly marks: readonly Mark[];
}

/** Area of the curves within a plot, in pixels. */
export interface Area {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

const CHARACTER_WIDTH = 6.2;
const MAX_LABEL_CHARACTERS = 22;

/** Room for labels is estimated, so that screen and file come out the same. */
export const labelWidth = (text: string): number =>
  Math.min(text.length, MAX_LABEL_CHARACTERS) * CHARACTER_WIDTH;
export const shortened = (text: string): string =>
  text.length <= MAX_LABEL_CHARACTERS ? text : `${text.slice(0, MAX_LABEL_CHARACTERS - 1)}…`;

export function areaOf(
  { width, height, left, right, curves }: Plot,
  ticks: { left: string[]; right: string[] },
): Area {
  const widest = (texts: readonly string[]): number => Math.max(0, ...texts.map(labelWidth));
  const ends = widest(curves.map(({ endLabel }) => endLabel));
  const rightAxis = right === null ? 0 : widest(ticks.right) + 8;
  return {
    left: Math.max(30, widest(ticks.left) + 8),
    right: Math.max(60, width - Math.max(20, rightAxis + (ends === 0 ? 0 : ends + 20))),
    top: left.title === '' && (right?.title ?? '') === '' ? 8 : 18,
    bottom: height - 20,
  };
}

/** Lowest and highest finite value that shows between two places of the x axis; low > high where nothing does. */
export function extremes(
  curves: readonly Curve[],
  { min, max }: Scale,
  positive: boolean,
): { low: number; high: number } {
  let [low, high] = [Infinity, -Infinity];
  for (const { xs, ys, raw, floor } of curves) {
    const from = Math.max(0, indexAt(xs, min));
    const to = Math.min(xs.length - 1, indexAt(xs, max) + 1);
    for (let index = from; index <= to; index++)
      for (const values of [ys, raw, floor]) {
        const value = values?.[index] ?? NaN;
        if (!Number.isFinite(value) || (positive && value <= 0)) continue;
        if (value < low) low = value;
        if (value > high) high = value;
      }
  }
  return { low, high };
}

/** The scale of one side: what shows there, unless the person chose a range. */
export function sideScale(
  curves: readonly Curve[],
  x: Scale,
  { log = false, fromZero = false, range = null }: SideOptions,
): Scale {
  if (range !== null) return { min: range.from, max: range.to, log };
  return scaleAround(extremes(curves, x, log), { log, fromZero });
}

export interface SideOptions {
  readonly log?: boolean;
  readonly fromZero?: boolean;
  readonly range?: { readonly from: number; readonly to: number } | null;
}
