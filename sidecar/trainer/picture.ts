import { encode } from 'fast-png';
import type { EvaluatedSplit } from './evaluation.ts';

/** Height, width and channels of samples that can be shown, or null: grey or colour, nothing else. */
export function pictureShape(
  shape: readonly number[],
): { readonly height: number; readonly width: number; readonly channels: 1 | 3 } | null {
  const [height, width, channels] = shape;
  if (height === undefined || width === undefined || (channels !== 1 && channels !== 3)) return null;
  return { height, width, channels };
}

/** A PNG of raw values: bytes as they are, floats as 0 to 1. */
export function pictureOf(
  shape: NonNullable<ReturnType<typeof pictureShape>>,
  values: Uint8Array | Float32Array,
): Uint8Array {
  const data =
    values instanceof Uint8Array
      ? values.slice()
      : Uint8Array.from(values, (value) => 255 * Math.min(1, Math.max(0, value)));
  return encode({ ...shape, data });
}

/** Base64 of a PNG, or null where samples are no images. @param index in the split */
export function pictureAt({ dataset, split, samples }: EvaluatedSplit, index: number): string | null {
  const shape = pictureShape(dataset.shape);
  if (shape === null) return null;
  const length = shape.height * shape.width * shape.channels;
  const from = (samples[index] ?? 0) * length;
  return Buffer.from(pictureOf(shape, split.values.subarray(from, from + length))).toString('base64');
}
