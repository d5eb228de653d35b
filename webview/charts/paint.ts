import type { Palette } from '../theme/theme.ts';
import { indexAt } from './curves.ts';
import { drawMarker } from './markers.ts';
import type { Pen } from './pen.ts';
import { areaOf, labelWidth, shortened, type Area, type Axis, type DrawnCurve, type Plot } from './plot.ts';
import { shareOf, ticksOf, type Scale } from './scale.ts';
import { paintRow } from './raster.ts';
import { drawBand, drawTrace, trace, type Trace } from './trace.ts';

/** Few points are all marked; of many only the newest. */
const MARK_ALL_UP_TO = 40;
const RAW_OPACITY = 0.28;
const BAND_OPACITY = 0.35;
const LABEL_HEIGHT = 13;

/** A plot's fixed geometry. */
export interface Layout {
  readonly area: Area;
  readonly xTicks: readonly number[];
  readonly leftTicks: readonly number[];
  readonly rightTicks: readonly number[];
  readonly x: (value: number) => number;
  readonly left: (value: number) => number;
  readonly right: (value: number) => number;
  /** Width of the right axis, in pixels; 0 where there is none. */
  readonly rightAxis: number;
}

export function layoutOf(plot: Plot): Layout {
  const rows = Math.max(2, Math.round(plot.height / 45));
  const leftTicks = plot.left.ticks ?? ticksOf(plot.left.scale, rows);
  const rightTicks = plot.right ? ticksOf(plot.right.scale, rows) : [];
  const area = areaOf(plot, {
    left: leftTicks.map(plot.left.format),
    right: plot.right ? rightTicks.map(plot.right.format) : [],
  });
  const across = (scale: Scale) => (value: number) =>
    area.left + shareOf(scale, value) * (area.right - area.left);
  const up = (scale: Scale) => (value: number) =>
    area.bottom - shareOf(scale, value) * (area.bottom - area.top);
  const left = up(plot.left.scale);
  return {
    area,
    xTicks: ticksOf(plot.x.scale, Math.max(2, Math.round((area.right - area.left) / 90))),
    leftTicks,
    rightTicks,
    x: across(plot.x.scale),
    left,
    right: plot.right ? up(plot.right.scale) : left,
    rightAxis: plot.right
      ? 12 + Math.max(0, ...rightTicks.map((tick) => labelWidth(plot.right?.format(tick) ?? '')))
      : 0,
  };
}

/** Paints a plot for a file: on the screen, Chart.js draws the axes. */
export function paint(pen: Pen, plot: Plot, layout: Layout, colors: Palette): void {
  pen.font = `11px ${colors.font}`;
  paintFrame(pen, plot, layout, colors);
  pen.save();
  const { area } = layout;
  pen.beginPath();
  pen.rect(area.left, area.top - 4, area.right - area.left + 4, area.bottom - area.top + 8);
  pen.clip();
  for (const curve of plot.curves) paintCurve(pen, plot, layout, curve);
  pen.restore();
  paintMarks(pen, plot, layout, colors);
  paintEndLabels(pen, plot, layout, colors);
}

function paintFrame(pen: Pen, plot: Plot, layout: Layout, colors: Palette): void {
  const { area } = layout;
  pen.lineWidth = 1;
  pen.setLineDash([]);
  pen.strokeStyle = colors.grid;
  pen.fillStyle = colors.muted;
  pen.textAlign = 'right';
  for (const tick of layout.leftTicks) {
    const y = Math.round(layout.left(tick)) + 0.5;
    rule(pen, area.left, y, area.right, y);
    pen.fillText(plot.left.format(tick), area.left - 5, y + 3.5);
  }
  pen.textAlign = 'left';
  if (plot.right)
    for (const tick of layout.rightTicks)
      pen.fillText(plot.right.format(tick), area.right + 6, layout.right(tick) + 3.5);
  pen.textAlign = 'center';
  for (const tick of layout.xTicks) {
    const x = Math.round(layout.x(tick)) + 0.5;
    rule(pen, x, area.bottom, x, area.bottom + 3);
    pen.fillText(plot.x.format(tick), x, area.bottom + 15);
  }
  paintAxisTitles(pen, plot, colors);
}

/** Units, above the axes. */
export function paintAxisTitles(pen: Pen, plot: Plot, colors: Palette): void {
  pen.fillStyle = colors.muted;
  axisTitle(pen, plot.left, 'left', 2);
  if (plot.right) axisTitle(pen, plot.right, 'right', plot.width - 2);
}

function axisTitle(pen: Pen, { title }: Axis, align: 'left' | 'right', x: number): void {
  if (title === '') return;
  pen.textAlign = align;
  pen.fillText(title, x, 10);
}

function rule(pen: Pen, fromX: number, fromY: number, toX: number, toY: number): void {
  pen.beginPath();
  pen.moveTo(fromX, fromY);
  pen.lineTo(toX, toY);
  pen.stroke();
}

export function paintCurve(pen: Pen, plot: Plot, layout: Layout, curve: DrawnCurve): void {
  if (curve.row !== null) {
    paintRow(pen, plot, layout, { ...curve, row: curve.row });
    return;
  }
  const { style, xs, ys, raw, floor } = curve;
  const y = curve.line.axis === 'left' ? layout.left : layout.right;
  const { min, max } = plot.x.scale;
  const range: [number, number] = [
    Math.max(0, indexAt(xs, min)),
    Math.min(xs.length - 1, indexAt(xs, max) + 1),
  ];
  pen.save();
  pen.strokeStyle = pen.fillStyle = style.color;
  const line = (values: ArrayLike<number>): Trace => trace(xs, values, range, layout.x, y);
  if (floor) {
    pen.globalAlpha = BAND_OPACITY;
    drawBand(pen, line(ys), line(floor));
    pen.globalAlpha = 1;
  }
  if (raw) {
    pen.globalAlpha = RAW_OPACITY;
    drawTrace(pen, line(raw), 1, []);
    pen.globalAlpha = 1;
  }
  drawTrace(pen, line(ys), floor ? 1 : 1.5, floor ? [] : style.dash);
  pen.lineWidth = 1;
  if (!floor) {
    const first = range[1] - range[0] <= MARK_ALL_UP_TO ? range[0] : xs.length - 1;
    for (let index = first; index <= range[1]; index++)
      if (Number.isFinite(ys[index]))
        drawMarker(pen, style.marker, layout.x(xs[index] ?? NaN), y(ys[index] ?? NaN));
  }
  pen.restore();
}

const MARK_DASHES = { seam: [4, 3], stage: [1, 3], rateDrop: [], nonFinite: [] } as const;

/** Vertical rules and ticks: a run was resumed, a stage begins, the rate drops, a value is not finite. */
export function paintMarks(pen: Pen, { marks, x }: Plot, layout: Layout, colors: Palette): void {
  const { area } = layout;
  pen.lineWidth = 1;
  pen.textAlign = 'left';
  let labelledTo = -Infinity;
  for (const mark of marks) {
    if (mark.x < x.scale.min || mark.x > x.scale.max) continue;
    const at = Math.round(layout.x(mark.x)) + 0.5;
    const isRule = mark.kind === 'seam' || mark.kind === 'stage';
    pen.strokeStyle = pen.fillStyle = mark.kind === 'nonFinite' ? colors.error : colors.muted;
    pen.setLineDash(MARK_DASHES[mark.kind]);
    // A tick is enough for what comes by the hundred: the chart stays readable.
    rule(pen, at, isRule ? area.top : area.bottom - (mark.kind === 'nonFinite' ? 10 : 5), at, area.bottom);
    if (mark.label === '') continue;
    if (isRule) pen.fillText(mark.label, at + 3, area.top + 9);
    // Neighbours share one label.
    else if (at > labelledTo) {
      pen.fillText(mark.label, at - 2, area.bottom - 13);
      labelledTo = at + 28;
    }
  }
  pen.setLineDash([]);
}

/** Names at the lines' ends, pushed apart so that they can be read. */
export function paintEndLabels(pen: Pen, plot: Plot, layout: Layout, colors: Palette): void {
  const { area } = layout;
  const labels = plot.curves
    .filter(({ endLabel, xs }) => endLabel !== '' && xs.length > 0)
    .map(({ endLabel, xs, ys, line, style }) => {
      const last = Math.max(0, Math.min(xs.length - 1, indexAt(xs, plot.x.scale.max)));
      const y = (line.axis === 'left' ? layout.left : layout.right)(ys[last] ?? NaN);
      const end = layout.x(xs[last] ?? NaN);
      return { endLabel, style, end, y: Math.min(area.bottom, Math.max(area.top, y)) };
    })
    .filter(({ y }) => Number.isFinite(y))
    .sort((a, b) => a.y - b.y);
  const room = area.bottom + 4;
  let above = area.top - LABEL_HEIGHT;
  const placed = labels.map((label, index) => {
    // What is below needs its room too.
    const latest = room - (labels.length - 1 - index) * LABEL_HEIGHT;
    above = Math.min(Math.max(label.y, above + LABEL_HEIGHT), Math.max(above + 8, latest));
    return { ...label, at: above };
  });
  const x = area.right + (plot.right ? layout.rightAxis : 6);
  pen.textAlign = 'left';
  for (const { endLabel, style, at } of placed) {
    pen.fillStyle = style.color;
    pen.beginPath();
    pen.rect(x, at - 1, 5, 2);
    pen.fill();
    pen.fillStyle = colors.foreground;
    pen.fillText(shortened(endLabel), x + 8, at + 3.5);
  }
}
