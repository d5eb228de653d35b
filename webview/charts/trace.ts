import type { Pen } from './pen.ts';

/** A piece of a line without a gap, in pixels: one column a point, or one a pixel where there are more points than those. */
interface Piece {
  readonly xs: number[];
  readonly lows: number[];
  readonly highs: number[];
  readonly lasts: number[];
}

export interface Trace {
  readonly pieces: readonly Piece[];
  /** There are more points than pixels. */
  readonly isDense: boolean;
  /** Up and down so often that no dash can be seen. */
  readonly isNoise: boolean;
}

/** A line that goes this many times its width up and down is noise. */
const NOISY = 8;

/** A line as it lies on the screen. A value that is not finite makes a gap. */
export function trace(
  xs: ArrayLike<number>,
  ys: ArrayLike<number>,
  [from, to]: readonly [number, number],
  x: (value: number) => number,
  y: (value: number) => number,
): Trace {
  const across = Math.abs(x(xs[to] ?? 0) - x(xs[from] ?? 0));
  const isDense = to - from > across;
  const pieces: Piece[] = [];
  let piece: Piece | null = null;
  let column = -1;
  let length = 0;
  for (let index = from; index <= to; index++) {
    const py = y(ys[index] ?? NaN);
    if (!Number.isFinite(py)) {
      piece = null;
      continue;
    }
    const px = x(xs[index] ?? NaN);
    if (piece === null) {
      piece = { xs: [], lows: [], highs: [], lasts: [] };
      pieces.push(piece);
      column = -1;
    } else length += Math.abs(py - (piece.lasts[column] ?? py));
    if (isDense && column >= 0 && Math.floor(px) === Math.floor(piece.xs[column] ?? NaN)) {
      piece.lows[column] = Math.min(piece.lows[column] ?? py, py);
      piece.highs[column] = Math.max(piece.highs[column] ?? py, py);
      piece.lasts[column] = py;
      continue;
    }
    const before = piece.lasts[column] ?? py;
    // Neighbouring columns meet half-way, as the stroke between them would.
    const meeting = isDense ? (before + py) / 2 : py;
    if (isDense && column >= 0) {
      piece.lows[column] = Math.min(piece.lows[column] ?? before, meeting);
      piece.highs[column] = Math.max(piece.highs[column] ?? before, meeting);
    }
    column++;
    piece.xs.push(px);
    piece.lows.push(Math.min(py, meeting));
    piece.highs.push(Math.max(py, meeting));
    piece.lasts.push(py);
  }
  return { pieces, isDense, isNoise: length > NOISY * across };
}

/** Segments of noise in one stroke: the time goes with the square of how many there are. */
const NOISE_STROKE = 8;

/**
 * Draws the line: a stroke; noise in short strokes, or where it is dense as the area that a stroke would cover. The picture is
 * the same, and what takes a tenth of a second otherwise takes a few milliseconds.
 */
export function drawTrace(
  pen: Pen,
  { pieces, isDense, isNoise }: Trace,
  width: number,
  dash: readonly number[],
): void {
  pen.lineWidth = width;
  if (isNoise && isDense) {
    pen.beginPath();
    for (const { xs, lows, highs } of pieces) {
      const upper = stairs(xs, lows, -width / 2);
      const lower = stairs(xs, highs, width / 2);
      addPolygon(pen, upper, lower);
    }
    pen.fill();
    return;
  }
  if (isNoise) {
    for (const piece of pieces) strokeNoise(pen, pointsOf(piece));
    return;
  }
  pen.setLineDash([...dash]);
  pen.beginPath();
  for (const piece of pieces) addPoints(pen, pointsOf(piece));
  pen.stroke();
  pen.setLineDash([]);
}

function strokeNoise(pen: Pen, points: readonly Point[]): void {
  for (let from = 0; from < points.length; from += NOISE_STROKE) {
    pen.beginPath();
    addPoints(pen, points.slice(Math.max(0, from - 1), from + NOISE_STROKE));
    pen.stroke();
  }
}

/** The area between two lines of the same columns, as far as both have no gap. */
export function drawBand(pen: Pen, upper: Trace, lower: Trace): void {
  const edge = upper.isDense ? stairs : joined;
  pen.beginPath();
  upper.pieces.forEach((top, index) => {
    const bottom = lower.pieces[index];
    if (bottom) addPolygon(pen, edge(top.xs, top.lows, 0), edge(bottom.xs, bottom.lows, 0));
  });
  pen.fill();
}

type Point = readonly [x: number, y: number];

/** From the lowest to the highest of each column, and to where the next one goes on. */
function pointsOf({ xs, lows, highs, lasts }: Piece): Point[] {
  return xs.flatMap((px, index): Point[] => {
    const [low = 0, high = 0, last = 0] = [lows[index], highs[index], lasts[index]];
    return high === low ? [[px, low]] : [[px, low], [px, high], [px, last]]; // prettier-ignore
  });
}

const joined = (xs: readonly number[], ys: readonly number[], shift: number): Point[] =>
  xs.map((px, index) => [px, (ys[index] ?? 0) + shift]);

/** An edge in whole pixels: those fill fast. */
const stairs = (xs: readonly number[], ys: readonly number[], shift: number): Point[] =>
  xs.flatMap((px, index): Point[] => {
    const py = Math.round((ys[index] ?? 0) + shift);
    const left = Math.floor(px);
    return [[left, py], [Math.floor(xs[index + 1] ?? px + 1), py]]; // prettier-ignore
  });

function addPoints(pen: Pen, points: readonly Point[]): void {
  points.forEach(([px, py], index) => {
    if (index === 0) pen.moveTo(px, py);
    else pen.lineTo(px, py);
  });
}

function addPolygon(pen: Pen, upper: readonly Point[], lower: readonly Point[]): void {
  addPoints(pen, upper);
  for (let index = lower.length - 1; index >= 0; index--) {
    const [px, py] = lower[index] ?? [0, 0];
    pen.lineTo(px, py);
  }
  pen.closePath();
}
