/**
 * Fewer points that draw the same curve: the first and last point, the minimum and the maximum of every bucket of
 * steps, and every non-finite point.
 *
 * API: decimate(steps, values, maxPoints, from, to) → indices.
 */

/** Indices into a series, ascending. At most `maxPoints` (at least 4) finite points, and all non-finite ones. */
export function decimate(
  steps: ArrayLike<number>,
  values: ArrayLike<number>,
  maxPoints: number,
  /** First index and the one after the last. */
  from = 0,
  to = steps.length,
): number[] {
  if (to - from <= maxPoints)
    return Array.from({ length: Math.max(0, to - from) }, (_, index) => from + index);
  const at = (index: number): number => values[index] ?? NaN;
  const step = (index: number): number => steps[index] ?? 0;
  const bucketCount = Math.max(1, Math.floor((Math.max(4, maxPoints) - 2) / 2));
  const first = step(from);
  const width = (step(to - 1) - first) / bucketCount || 1;
  const kept: number[] = [];
  let bucket = -1;
  let lowest = -1;
  let highest = -1;
  const close = (): void => {
    if (lowest !== -1) kept.push(lowest, highest);
    lowest = highest = -1;
  };
  for (let index = from; index < to; index++) {
    const own = Math.min(bucketCount - 1, Math.floor((step(index) - first) / width));
    if (own !== bucket) {
      close();
      bucket = own;
    }
    const value = at(index);
    if (!Number.isFinite(value)) {
      kept.push(index);
      continue;
    }
    if (lowest === -1 || value < at(lowest)) lowest = index;
    if (highest === -1 || value > at(highest)) highest = index;
  }
  close();
  return [...new Set([from, ...kept, to - 1])].sort((a, b) => a - b);
}
