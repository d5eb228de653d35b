/** By channel, of values as 0 to 1. */
export interface Moments {
  readonly mean: readonly number[];
  readonly deviation: readonly number[];
}

/** Mean and standard deviation by channel, of bytes as 0 to 1. Exact, since sums of whole numbers are. */
export function momentsOf(values: Uint8Array, channels: number): Moments {
  const counts = Array.from({ length: channels }, () => new Float64Array(256));
  for (let index = 0; index < values.length; index += channels)
    for (let channel = 0; channel < channels; channel++) {
      const count = counts[channel];
      const value = values[index + channel] ?? 0;
      if (count) count[value] = (count[value] ?? 0) + 1;
    }
  const moments = counts.map((count) => {
    let [sum, squares, total] = [0, 0, 0];
    count.forEach((times, value) => {
      total += times;
      sum += times * value;
      squares += times * value * value;
    });
    const mean = sum / total;
    // A channel that is the same everywhere says nothing; it is not blown up.
    return { mean: mean / 255, deviation: Math.sqrt(Math.max(0, squares / total - mean * mean)) / 255 || 1 };
  });
  return {
    mean: moments.map(({ mean }) => mean),
    deviation: moments.map(({ deviation }) => deviation),
  };
}
