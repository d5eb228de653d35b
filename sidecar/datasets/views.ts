import type { Stream } from '../random/stream.ts';
import type { Dataset, Split } from './dataset.ts';
import type { ViewOptions } from './options.ts';

/**
 * Writes one normalised sample to `target` at `offset`.
 * @param randomness the view's own stream, or null for the plain sample of evaluation
 */
export function writeView(
  dataset: Dataset,
  split: Split,
  sample: number,
  options: ViewOptions,
  randomness: Stream | null,
  target: Float32Array,
  offset: number,
): void {
  const [height, width, channels] = extentsOf(dataset);
  const { padding } = options.crop;
  // Drawn even when unused, so that switching one augmentation on leaves the others' draws as they were.
  const shift = (draw: number) =>
    randomness && padding > 0 ? randomness.integer(draw, 2 * padding + 1) - padding : 0;
  const [down, right] = [shift(0), shift(1)];
  const mirrored = randomness !== null && options.flip && randomness.uniform(2) < 0.5;
  const { values } = split;
  const image = { from: sample * height * width * channels, height, width, down, right, mirrored };
  for (let channel = 0; channel < channels; channel++) {
    const normal = normalOf(dataset, channel);
    if (values instanceof Uint8Array)
      writeBytes(values, { ...image, channel, channels }, normal.ofByte, target, offset);
    else writeFloats(values, { ...image, channel, channels }, normal, target, offset);
  }
  if (randomness && options.noise > 0) {
    const count = height * width * channels;
    for (let index = 0; index < count; index++)
      target[offset + index] = (target[offset + index] ?? 0) + options.noise * randomness.normal(3 + index);
  }
}

/** [height, width, channels]; features are one row. */
function extentsOf({ shape }: Dataset): readonly [number, number, number] {
  const [first = 1, second, third] = shape;
  return second === undefined ? [1, first, 1] : [first, second, third ?? 1];
}

/** How a raw value of one channel becomes a normalised one. */
interface Normal {
  readonly slope: number;
  readonly level: number;
  /** For each byte. */
  readonly ofByte: Float32Array;
}

const normals = new WeakMap<Dataset, Normal[]>();

function normalOf(dataset: Dataset, channel: number): Normal {
  let known = normals.get(dataset);
  if (!known) {
    const count = Math.max(dataset.mean.length, 1);
    known = Array.from({ length: count }, (_, index) => {
      const deviation = dataset.deviation[index] ?? 1;
      const slope = dataset.scale / deviation;
      const level = -(dataset.mean[index] ?? 0) / deviation;
      return { slope, level, ofByte: Float32Array.from({ length: 256 }, (_, byte) => byte * slope + level) };
    });
    normals.set(dataset, known);
  }
  const normal = known[channel];
  if (!normal) throw new Error(`The data set has no mean for channel ${channel}.`);
  return normal;
}

interface Plane {
  /** Where the image begins in the values. */
  readonly from: number;
  readonly height: number;
  readonly width: number;
  readonly channel: number;
  readonly channels: number;
  readonly down: number;
  readonly right: number;
  readonly mirrored: boolean;
}

/** Padding is of raw pixels: what lies outside is 0 before normalisation. */
function writeBytes(
  values: Uint8Array,
  plane: Plane,
  ofByte: Float32Array,
  target: Float32Array,
  offset: number,
): void {
  const { from, height, width, channel, channels, down, right, mirrored } = plane;
  const padded = ofByte[0] as number;
  const step = mirrored ? -channels : channels;
  for (let y = 0; y < height; y++) {
    const row = y + down;
    let at = offset + y * width * channels + channel;
    if (row < 0 || row >= height) {
      for (let x = 0; x < width; x++, at += channels) target[at] = padded;
      continue;
    }
    const [first, last] = inside(width, right, mirrored);
    let read = from + (row * width + (mirrored ? width - 1 - first : first) + right) * channels + channel;
    let x = 0;
    for (; x < first; x++, at += channels) target[at] = padded;
    // Both indices are inside their arrays, by `inside`.
    for (; x < last; x++, at += channels, read += step) target[at] = ofByte[values[read] as number] as number;
    for (; x < width; x++, at += channels) target[at] = padded;
  }
}

/** The columns of a view that show the image: from the first to before the last. */
function inside(width: number, right: number, mirrored: boolean): readonly [number, number] {
  const shift = mirrored ? -right : right;
  const first = Math.min(width, Math.max(0, -shift));
  return [first, Math.max(first, Math.min(width, width - shift))];
}

function writeFloats(
  values: Float32Array,
  { from, height, width, channel, channels, down, right, mirrored }: Plane,
  { slope, level }: Normal,
  target: Float32Array,
  offset: number,
): void {
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const row = y + down;
      const column = (mirrored ? width - 1 - x : x) + right;
      const isInside = row >= 0 && row < height && column >= 0 && column < width;
      const raw = isInside ? (values[from + (row * width + column) * channels + channel] ?? 0) : 0;
      target[offset + (y * width + x) * channels + channel] = raw * slope + level;
    }
}
