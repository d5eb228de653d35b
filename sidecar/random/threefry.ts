/**
 * Threefry-2×32 with 20 rounds (Salmon, Moraes, Dror & Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011).
 * Only additions, rotations and exclusive-ors of 32-bit words, so every machine gives the same numbers.
 */
const PARITY = 0x1bd11bda;
const ROTATIONS = [13, 15, 26, 6, 17, 29, 16, 24] as const;

/** Two 32-bit words out for two key and two counter words in. */
export function threefry(
  key0: number,
  key1: number,
  counter0: number,
  counter1: number,
): readonly [number, number] {
  const keys = [key0, key1, PARITY ^ key0 ^ key1] as const;
  let x0 = (counter0 + key0) | 0;
  let x1 = (counter1 + key1) | 0;
  for (let group = 0; group < 5; group++) {
    for (let round = 0; round < 4; round++) {
      const rotation = ROTATIONS[((group & 1) << 2) | round] ?? 0;
      x0 = (x0 + x1) | 0;
      x1 = ((x1 << rotation) | (x1 >>> (32 - rotation))) ^ x0;
    }
    x0 = (x0 + (keys[(group + 1) % 3] ?? 0)) | 0;
    x1 = (x1 + (keys[(group + 2) % 3] ?? 0) + group + 1) | 0;
  }
  return [x0 >>> 0, x1 >>> 0];
}
