import { Stream } from '../../random/stream.ts';

export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** Share of resamples that an interval holds. */
export const CONFIDENCE_LEVEL = 0.95;

/**
 * Percentile intervals of accuracy differences by the paired bootstrap: samples are drawn with replacement, and every
 * network is judged on the same draw. A function of the arguments alone.
 * @param reference 1 where the reference is right, by sample
 * @param others the same for each of the others
 * @returns for each of the others the interval of its accuracy minus the reference's, −1…1; NaN without samples
 */
export function bootstrapDifferences(
  reference: Uint8Array,
  others: readonly Uint8Array[],
  { resamples, seed }: { readonly resamples: number; readonly seed: number },
): Interval[] {
  const samples = reference.length;
  const gains = others.map((other) =>
    Int8Array.from(other, (right, sample) => right - (reference[sample] ?? 0)),
  );
  const differences = others.map(() => new Float64Array(resamples));
  const stream = Stream.of(seed, 'bootstrap');
  const drawn = new Uint32Array(samples);
  for (let resample = 0; resample < resamples; resample++) {
    draw(stream.at(resample), drawn);
    gains.forEach((gain, index) => {
      let sum = 0;
      for (const sample of drawn) sum += gain[sample] ?? 0;
      const own = differences[index];
      if (own) own[resample] = sum / samples;
    });
  }
  const tail = (1 - CONFIDENCE_LEVEL) / 2;
  return differences.map((values) => {
    const sorted = values.sort();
    return { low: quantile(sorted, tail), high: quantile(sorted, 1 - tail) };
  });
}

/** Fills `drawn` with as many indices below its length, drawn with replacement; the bias is below length / 2³². */
function draw(stream: Stream, drawn: Uint32Array): void {
  const { length } = drawn;
  for (let index = 0; index < length; index += 2) {
    // One draw has two words, and gives two indices.
    const [first, second] = stream.words(index >> 1);
    drawn[index] = Math.floor((first / 2 ** 32) * length);
    if (index + 1 < length) drawn[index + 1] = Math.floor((second / 2 ** 32) * length);
  }
}

/** Linear between neighbours, as R's type 7 and NumPy have it. @param sorted ascending */
export function quantile(sorted: Float64Array, share: number): number {
  const place = share * (sorted.length - 1);
  const [below, above] = [sorted[Math.floor(place)] ?? NaN, sorted[Math.ceil(place)] ?? NaN];
  return below + (above - below) * (place - Math.floor(place));
}
