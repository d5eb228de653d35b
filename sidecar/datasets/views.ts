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
  const [first = 1, second, third] = dataset.shape;
  const [height, width, channels] = second === undefined ? [1, first, 1] : [first, second, third ?? 1];
  const { padding } = options.crop;
  // Drawn even when unused, so that switching one augmentation on leaves the others' draws as they were.
  const shift = (draw: number) =>
    randomness && padding > 0 ? randomness.integer(draw, 2 * padding + 1) - padding : 0;
  const [down, right] = [shift(0), shift(1)];
  const mirrored = randomness !== null && options.flip && randomness.uniform(2) < 0.5;
  const source = sample * height * width * channels;
  for (let channel = 0; channel < channels; channel++) {
    const mean = dataset.mean[second === undefined ? 0 : channel] ?? 0;
    const deviation = dataset.deviation[second === undefined ? 0 : channel] ?? 1;
    const slope = dataset.scale / deviation;
    const level = -mean / deviation;
    for (let y = 0; y < height; y++) {
      const fromY = y + down;
      for (let x = 0; x < width; x++) {
        const fromX = (mirrored ? width - 1 - x : x) + right;
        const inside = fromY >= 0 && fromY < height && fromX >= 0 && fromX < width;
        // Padding is of raw pixels: outside is 0 before normalisation.
        const raw = inside ? (split.values[source + (fromY * width + fromX) * channels + channel] ?? 0) : 0;
        target[offset + (y * width + x) * channels + channel] = raw * slope + level;
      }
    }
  }
  if (randomness && options.noise > 0) {
    const count = height * width * channels;
    for (let index = 0; index < count; index++)
      target[offset + index] = (target[offset + index] ?? 0) + options.noise * randomness.normal(3 + index);
  }
}
