import type { Tensor, Tensor2D, Tensor4D, TensorInfo } from '@tensorflow/tfjs-core';
import { mapColumns, sumColumns } from './columnKernels.ts';
import type { Formula } from './formula.ts';
import { addressOf, FLOAT, floatsAt, withScratch, zero, type WasmBackend } from './memory.ts';

/** Σ x. */
export const sum: Formula<'x', never> = {
  name: 'sum',
  values: ['x'],
  constants: [],
  results: 1,
  compute: (_use, { x }) => [x],
};

/** The same number in every row. */
const spread: Formula<never, 'row'> = {
  name: 'spread',
  values: [],
  constants: ['row'],
  results: 1,
  compute: (_use, { row }) => [row],
};

/** `columnSums` of `ops`. */
export function columnSums(
  { x }: { readonly x: Tensor },
  _attributes: unknown,
  backend: WasmBackend,
): TensorInfo {
  const channels = x.shape.at(-1) ?? 1;
  const totals = backend.makeOutput([channels], 'float32');
  const address = addressOf(backend, totals);
  zero(backend, address, channels * FLOAT);
  sumColumns(backend, sum, [x.size / channels, channels], { x: addressOf(backend, x) }, [address]);
  return totals;
}

/** `globalAveragePool` of `ops`. */
export function globalAverage(
  { x }: { readonly x: Tensor4D },
  _attributes: unknown,
  backend: WasmBackend,
): TensorInfo {
  const [batch, height, width, channels] = x.shape;
  const means = backend.makeOutput([batch, channels], 'float32');
  const address = addressOf(backend, means);
  zero(backend, address, batch * channels * FLOAT);
  const pixels = height * width;
  for (let i = 0; i < batch; i++) {
    const image = addressOf(backend, x) + i * pixels * channels * FLOAT;
    sumColumns(backend, sum, [pixels, channels], { x: image }, [address + i * channels * FLOAT]);
  }
  const totals = floatsAt(backend, address, batch * channels);
  totals.forEach((total, i) => (totals[i] = total / pixels));
  return means;
}

/** Its gradient: every pixel gets an equal share. */
export function globalAverageGradient(
  { dy }: { readonly dy: Tensor2D },
  { height, width }: { readonly height: number; readonly width: number },
  backend: WasmBackend,
): TensorInfo {
  const [batch, channels] = dy.shape;
  const pixels = height * width;
  const dx = backend.makeOutput([batch, height, width, channels], 'float32');
  withScratch(backend, batch * channels * FLOAT, (shares) => {
    const [from, to] = [
      floatsAt(backend, addressOf(backend, dy), dy.size),
      floatsAt(backend, shares, dy.size),
    ];
    from.forEach((gradient, i) => (to[i] = gradient / pixels));
    for (let i = 0; i < batch; i++) {
      const image = addressOf(backend, dx) + i * pixels * channels * FLOAT;
      mapColumns(backend, spread, [pixels, channels], { row: shares + i * channels * FLOAT }, [image]);
    }
  });
  return dx;
}
