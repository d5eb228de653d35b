import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Stream } from '../random/stream.ts';
import type { Dataset } from './dataset.ts';
import { writeView } from './views.ts';

/** Pixel by pixel, as the specification says it: pad zeros, crop, mirror, scale, normalise. */
function naive(dataset: Dataset, padding: number, flip: boolean, stream: Stream): number[] {
  const [height = 0, width = 0, channels = 0] = dataset.shape;
  const top = padding === 0 ? 0 : stream.integer(0, 2 * padding + 1);
  const left = padding === 0 ? 0 : stream.integer(1, 2 * padding + 1);
  const mirrored = flip && stream.uniform(2) < 0.5;
  const padded = (y: number, x: number, channel: number): number => {
    const [row, column] = [y - padding, x - padding];
    return row < 0 || row >= height || column < 0 || column >= width
      ? 0
      : (dataset.train.values[(row * width + column) * channels + channel] ?? NaN);
  };
  const made: number[] = [];
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      for (let channel = 0; channel < channels; channel++) {
        const raw = padded(y + top, (mirrored ? width - 1 - x : x) + left, channel);
        const scaled = raw * dataset.scale;
        made.push((scaled - (dataset.mean[channel] ?? 0)) / (dataset.deviation[channel] ?? 1));
      }
  return made;
}

describe('views', () => {
  it('are what the specification says, to the colour of the padding', () => {
    fc.assert(
      fc.property(
        fc.record({
          height: fc.integer({ min: 2, max: 7 }),
          width: fc.integer({ min: 2, max: 7 }),
          channels: fc.constantFrom(1, 3),
          padding: fc.integer({ min: 0, max: 6 }),
          flip: fc.boolean(),
          bytes: fc.boolean(),
          seed: fc.nat(),
        }),
        ({ height, width, channels, padding, flip, bytes, seed }) => {
          const count = height * width * channels;
          const values = Array.from({ length: count }, (_, index) => (seed + 37 * index) % 256);
          const split = {
            values: bytes ? Uint8Array.from(values) : Float32Array.from(values),
            labels: Uint8Array.of(0),
          };
          const dataset: Dataset = {
            shape: [height, width, channels],
            classes: 1,
            classNames: ['x'],
            scale: 1 / 255,
            mean: [0.4914, 0.4822, 0.4465].slice(0, channels),
            deviation: [0.247, 0.2435, 0.2616].slice(0, channels),
            train: split,
            test: split,
            digest: '',
          };
          const stream = Stream.of(seed, 'view');
          // Somewhere in a larger array, as in a batch.
          const target = new Float32Array(count + 5).fill(NaN);
          writeView(dataset, split, 0, { crop: { padding }, flip, noise: 0 }, stream, target, 3);
          const expected = naive(dataset, padding, flip, stream);
          expected.forEach((value, index) => {
            expect(target[3 + index]).toBeCloseTo(value, 4);
          });
          expect([target[2], target[3 + count]]).toEqual([NaN, NaN]);
        },
      ),
      { numRuns: 300 },
    );
  });
});
