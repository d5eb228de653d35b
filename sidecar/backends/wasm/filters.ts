import { packedSize, type Correlation } from './correlation.ts';
import type { FunctionBody } from './encoding.ts';
import { FLOAT, zero, type Compiled, type WasmBackend } from './memory.ts';
import { TILE_COLUMNS } from './microKernel.ts';
import { packTile, type MatrixSteps } from './packing.ts';

/** The functions that `packFilters` calls, for filters with these distances between weights. */
export function packingFunctions(
  channels: number,
  steps: MatrixSteps,
): Record<'packFull' | 'packRest', FunctionBody> {
  return {
    packFull: packTile(TILE_COLUMNS, steps),
    packRest: packTile(channels % TILE_COLUMNS || TILE_COLUMNS, steps),
  };
}

/** Filters in the backend's memory, and where they go. */
export interface FilterSource {
  /** Address of the weight of channel 0 for each segment of the window, in the order of the window. */
  readonly segments: readonly number[];
  /** Floats of the window in each segment. */
  readonly length: number;
  /** Floats from one channel's weight to the next one's. */
  readonly channelStep: number;
  /** Address of the biases, side by side, or null for none. */
  readonly bias: number | null;
}

/** Arranges filters for `correlate`: see `packedSize`. */
export function packFilters(
  backend: WasmBackend,
  { packFull, packRest }: Record<'packFull' | 'packRest', Compiled>,
  { segments, length, channelStep, bias }: FilterSource,
  correlation: Correlation,
  destination: number,
): void {
  const { channels, runs, run } = correlation;
  let to = destination;
  for (let first = 0; first < channels; first += TILE_COLUMNS) {
    const lanes = Math.min(TILE_COLUMNS, channels - first);
    const pack = lanes === TILE_COLUMNS ? packFull : packRest;
    const row = Math.ceil(lanes / 4) * 4 * FLOAT;
    if (bias === null) zero(backend, to, row);
    else pack(bias + first * FLOAT, to, to + row);
    to += row;
    for (const segment of segments) {
      const end = to + length * row;
      pack(segment + first * channelStep * FLOAT, to, end);
      to = end;
    }
  }
  const written = (to - destination) / FLOAT;
  if (written !== packedSize(correlation)) {
    throw new Error(
      `packed ${written} floats of filters for a correlation that reads ${packedSize(correlation)} (${runs} × ${run})`,
    );
  }
}
