import { z } from 'zod';

/** Named arrays end to end in one file; offsets in bytes, lengths in values. */
export const packedIndex = z.record(
  z.string(),
  z.object({ type: z.enum(['float32', 'int32']), offset: z.int().min(0), length: z.int().min(0) }),
);

export type PackedIndex = z.infer<typeof packedIndex>;
type Values = Float32Array | Int32Array;

/** Appends the arrays to `parts` and says where they lie. */
export function pack(arrays: ReadonlyMap<string, Values>, parts: Uint8Array[]): PackedIndex {
  let offset = parts.reduce((total, part) => total + part.length, 0);
  const index: PackedIndex = {};
  for (const [name, values] of arrays) {
    index[name] = { type: values instanceof Int32Array ? 'int32' : 'float32', offset, length: values.length };
    parts.push(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
    offset += values.byteLength;
  }
  return index;
}

/** @throws RangeError when the bytes are shorter than the index says */
export function unpack(index: PackedIndex, bytes: Uint8Array): Map<string, Values> {
  return new Map(
    Object.entries(index).map(([name, { type, offset, length }]) => {
      if (offset + length * 4 > bytes.length)
        throw new RangeError(`${name} ends at byte ${offset + length * 4} of ${bytes.length}.`);
      // Copied, since the source may not be aligned to four bytes; a Buffer's own slice would share its memory.
      const { buffer } = Uint8Array.from(bytes.subarray(offset, offset + length * 4));
      return [name, type === 'int32' ? new Int32Array(buffer) : new Float32Array(buffer)];
    }),
  );
}
