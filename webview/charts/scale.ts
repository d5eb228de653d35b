/** From values to shares of an axis. */
export interface Scale {
  readonly min: number;
  readonly max: number;
  readonly log: boolean;
  /** Seconds, which a person counts in minutes and hours. */
  readonly isTime?: boolean;
}

/** 0 at the axis' beginning, 1 at its end; NaN where a logarithm has no value. */
export function shareOf({ min, max, log }: Scale, value: number): number {
  if (log) return value > 0 ? Math.log(value / min) / Math.log(max / min) : NaN;
  return (value - min) / (max - min);
}

export function valueAt({ min, max, log }: Scale, share: number): number {
  return log ? min * (max / min) ** share : min + share * (max - min);
}

/** Numbers that a person would write on the axis: at most about `count`. */
export function ticksOf(scale: Scale, count: number): number[] {
  if (scale.isTime === true) return times(scale, count);
  return scale.log && scale.max / scale.min >= 10 ? decades(scale, count) : steps(scale, count);
}

function steps({ min, max }: Scale, count: number): number[] {
  const span = max - min;
  if (!(span > 0) || !Number.isFinite(span)) return [min];
  const rough = span / Math.max(1, count);
  const power = 10 ** Math.floor(Math.log10(rough));
  const size = ([1, 2, 5].find((factor) => factor * power >= rough) ?? 10) * power;
  const first = Math.ceil(min / size - 1e-9);
  const last = Math.floor(max / size + 1e-9);
  // Multiplied, not added up: sums of 0.1 are no tenths. Small sizes divide, since 3 × 0.1 is no tenth either.
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) =>
    size < 1 ? (first + index) / Math.round(1 / size) : (first + index) * size,
  );
}

const TIMES = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400];

function times({ min, max }: Scale, count: number): number[] {
  const rough = (max - min) / Math.max(1, count);
  const size = TIMES.find((time) => time >= rough);
  if (rough < 1 || size === undefined) return steps({ min, max, log: false }, count);
  const first = Math.ceil(min / size - 1e-9);
  const last = Math.floor(max / size + 1e-9);
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => (first + index) * size);
}

function decades({ min, max }: Scale, count: number): number[] {
  const first = Math.ceil(Math.log10(min) - 1e-9);
  const last = Math.floor(Math.log10(max) + 1e-9);
  const stride = Math.max(1, Math.ceil((last - first + 1) / count));
  const powers = [];
  for (let power = first; power <= last; power += stride) powers.push(10 ** power);
  const between = powers.length < 3 ? [2, 5] : [];
  const all = powers.flatMap((power) => [power, ...between.map((factor) => factor * power)]);
  if (between.length > 0) all.push(...between.map((factor) => factor * 10 ** (first - 1)));
  return all.filter((value) => value >= min * (1 - 1e-9) && value <= max * (1 + 1e-9)).sort((a, b) => a - b);
}

/** An axis that holds values with a little air; `fromZero` begins at nought. */
export function scaleAround(
  values: { readonly low: number; readonly high: number },
  { log = false, fromZero = false }: { readonly log?: boolean; readonly fromZero?: boolean } = {},
): Scale {
  const { low, high } = values;
  if (low > high) return log ? { min: 0.1, max: 1, log } : { min: 0, max: 1, log };
  if (log) {
    const air = Math.max(1.05, (high / low) ** 0.03);
    return { min: low / air, max: high * air, log };
  }
  const air = high > low ? 0.04 * (high - low) : Math.max(Math.abs(high) * 0.05, 1e-6);
  return { min: fromZero && low >= 0 ? 0 : low - air, max: high + air, log };
}
