/**
 * Reads an IDX file of unsigned bytes: two zero bytes, type 8, the number of dimensions, each extent as a big-endian
 * 32-bit integer, then the data.
 * @throws when the header is not that of an IDX byte file or the data are cut short
 */
export function readIdx(bytes: Uint8Array, file: string): { shape: number[]; data: Uint8Array } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 4 || view.getUint16(0) !== 0 || view.getUint8(2) !== 8)
    throw new Error(`${file} is not an IDX file of bytes. Reinstall the data set.`);
  const dimensions = view.getUint8(3);
  const shape = Array.from({ length: dimensions }, (_, index) => view.getUint32(4 + 4 * index));
  const offset = 4 + 4 * dimensions;
  const count = shape.reduce((product, extent) => product * extent, 1);
  if (bytes.length - offset !== count)
    throw new Error(
      `${file} announces ${count} bytes but holds ${bytes.length - offset}. Reinstall the data set.`,
    );
  return { shape, data: bytes.subarray(offset) };
}
