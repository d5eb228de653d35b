import type { Pen } from './pen.ts';

/**
 * Adds a line to the path. With more points than pixels it goes from the lowest to the highest of every pixel column, which
 * draws the same picture. A non-finite value is a gap, unless the path goes on `backwards`, as the lower edge of a band does.
 */
export function traceLine(
  pen: Pen,
  xs: ArrayLike<number>,
  ys: ArrayLike<number>,
  [from, to]: readonly [number, number],
  x: (value: number) => number,
  y: (value: number) => number,
  direction: 'forwards' | 'backwards' = 'forwards',
): void {
  const isBackwards = direction === 'backwards';
  const points = to - from + 1;
  if (points <= 0) return;
  const isDense = points > 2 * Math.abs(x(xs[to] ?? 0) - x(xs[from] ?? 0));
  let isOpen = isBackwards;
  const go = (px: number, py: number): void => {
    if (isOpen) pen.lineTo(px, py);
    else pen.moveTo(px, py);
    isOpen = true;
  };
  let column = NaN;
  let [low, high, last] = [Infinity, -Infinity, NaN];
  const flush = (): void => {
    if (low > high) return;
    if (high > low) {
      go(column, low);
      go(column, high);
    }
    go(column, last);
    [low, high] = [Infinity, -Infinity];
  };
  for (let count = 0; count < points; count++) {
    const index = isBackwards ? to - count : from + count;
    const py = y(ys[index] ?? NaN);
    if (!Number.isFinite(py)) {
      flush();
      if (!isBackwards) isOpen = false;
      continue;
    }
    const px = x(xs[index] ?? NaN);
    if (!isDense) {
      go(px, py);
      continue;
    }
    if (Math.floor(px) !== Math.floor(column)) {
      flush();
      column = px;
    }
    if (py < low) low = py;
    if (py > high) high = py;
    last = py;
  }
  flush();
}
