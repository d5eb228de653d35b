import { indexAt, type Curve } from './curves.ts';
import type { Layout } from './paint.ts';
import type { Pen } from './pen.ts';
import type { Axis, DrawnCurve, Plot } from './plot.ts';
import { shortened } from './plot.ts';

/** Between rows, in pixels. */
const GAP = 1;
/** Also 0 can be told from where nothing was measured. */
const FAINTEST = 0.06;

/** The left axis of a raster, the first curve on top, and where each curve lies on it. */
export function rowsOf(curves: readonly Curve[]): Axis & { readonly rowOf: (curve: Curve) => number } {
  const count = Math.max(1, curves.length);
  const rowOf = (curve: Curve): number => count - 1 - curves.indexOf(curve);
  return {
    scale: { min: 0, max: count, log: false },
    title: '',
    ticks: curves.map((curve) => rowOf(curve) + 0.5),
    format: (tick) => shortened(curves[count - 1 - Math.floor(tick)]?.line.label ?? ''),
    rowOf,
  };
}

/** A cell from each point to the next one, as strong as its value; what is not finite is left empty, and marked below. */
export function paintRow(
  pen: Pen,
  plot: Plot,
  layout: Layout,
  { steps, values, clock, style, row }: DrawnCurve & { readonly row: number },
): void {
  const { area } = layout;
  const xs = steps.map((step) => clock.toX(step));
  const from = Math.max(0, indexAt(xs, plot.x.scale.min));
  const to = Math.min(xs.length - 1, indexAt(xs, plot.x.scale.max));
  const [top, bottom] = [layout.left(row + 1) + GAP, layout.left(row) - GAP];
  const spacing = xs.length > 1 ? (layout.x(xs.at(-1) ?? 0) - layout.x(xs[0] ?? 0)) / (xs.length - 1) : 4;
  const place = (index: number): number => {
    const x = xs[index];
    const at = x === undefined ? layout.x(xs.at(-1) ?? 0) + Math.max(1, spacing) : layout.x(x);
    return Math.round(Math.min(area.right, Math.max(area.left, at)));
  };
  pen.save();
  pen.fillStyle = style.color;
  for (let first = from; first <= to;) {
    const value = values[first] ?? NaN;
    let next = first + 1;
    while (next <= to && values[next] === value) next++;
    const [left, right] = [place(first), place(next)];
    if (Number.isFinite(value) && right > left) {
      pen.globalAlpha = FAINTEST + (1 - FAINTEST) * Math.min(1, Math.max(0, value));
      pen.beginPath();
      pen.rect(left, top, right - left, bottom - top);
      pen.fill();
    }
    first = next;
  }
  pen.restore();
}
