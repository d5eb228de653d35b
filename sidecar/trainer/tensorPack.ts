import { z } from 'zod';

/** Named arrays end to end in one file; offsets in bytes, lengths in values. */
export const packedIndex = z.record(
  z.string(),
  z.object({ type: z.enum(['float32', 'int32', 'float64']), offset: z.int().min(0), length: z.int().min(0) }),
);

export type PackedIndex = z.infer<typeof packedIndex>;
type Values = Float32Array | Int32Array | Float64Array;

const ARRAYS = { float32: Float32Array, int32: Int32Array, float64: Float64Array } as const;

function typeOf(values: Values): PackedIndex[string]['type'] {
  if (values instanceof Int32Array) return 'int32';
  return values instanceof Float64Array ? 'float64' : 'float32';
}

/** Appends the arrays to `parts` and says where they lie. */
export function pack(arrays: ReadonlyMap<string, Values>, parts: Uint8Array[]): PackedIndex {
  let offset = parts.reduce((total, part) => total + part.length, 0);
  const index: PackedIndex = {};
  for (const [name, values] of arrays) {
    index[name] = { type: typeOf(values), offset, length: values.length };
    parts.push(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
    offset += values.byteLength;
  }
  return index;
}

/** @throws RangeError when the bytes are shorter than the index says */
export function unpack(index: PackedIndex, bytes: Uint8Array): Map<string, Values> {
  return new Map(
    Object.entries(index).map(([name, { type, offset, length }]) => {
      const end = offset + length * ARRAYS[type].BYTES_PER_ELEMENT;
      if (end > bytes.length) throw new RangeError(`${name} ends at byte ${end} of ${bytes.length}.`);
      // Copied, since the source may not be aligned to its numbers; a Buffer's own slice would share its memory.
      const { buffer } = Uint8Array.from(bytes.subarray(offset, end));
      return [name, new ARRAYS[type](buffer)];
    }),
  );
}
