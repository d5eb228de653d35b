/**
 * Exponential moving average, corrected for its start as TensorBoard's is: s^(Δstep / spacing) of the past is kept. With the
 * spacing of the whole run the curve is the same when a part of it is shown in more points. Non-finite values stay
 * what they are and are not averaged.
 *
 * @param smoothing weight of the past from one point to the next, 0 ≤ s < 1
 * @param spacing steps from one point to the next, as a rule
 */
export function smooth(
  steps: ArrayLike<number>,
  values: ArrayLike<number>,
  smoothing: number,
  spacing: number,
): Float64Array {
  const smoothed = new Float64Array(values.length);
  let [sum, weight] = [0, 0];
  let before = steps[0] ?? 0;
  for (let index = 0; index < values.length; index++) {
    const value = values[index] ?? NaN;
    if (!Number.isFinite(value)) {
      smoothed[index] = value;
      continue;
    }
    const step = steps[index] ?? 0;
    const kept = smoothing ** (weight === 0 ? 1 : Math.max(0, step - before) / spacing);
    sum = kept * sum + (1 - kept) * value;
    weight = kept * weight + (1 - kept);
    // Two points of one step: the later one counts for nothing new.
    smoothed[index] = weight === 0 ? value : sum / weight;
    before = step;
  }
  return smoothed;
}

/** Steps from one point to the next, as a rule; 1 where there are fewer than two. */
export function spacingOf(steps: ArrayLike<number>): number {
  const count = steps.length;
  return count < 2
    ? 1
    : Math.max(Number.MIN_VALUE, ((steps[count - 1] ?? 0) - (steps[0] ?? 0)) / (count - 1));
}
