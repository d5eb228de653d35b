import type { Tensor, TensorInfo } from '@tensorflow/tfjs-core';
import { sumColumns } from './columnKernels.ts';
import type { Formula } from './formula.ts';
import { addressOf, FLOAT, floatsAt, withScratch, zero, type WasmBackend } from './memory.ts';

/** Σ x · 0: zero for finite x, NaN otherwise. */
const trace: Formula<'x', never> = {
  name: 'finite trace',
  values: ['x'],
  constants: [],
  results: 1,
  compute: (use, { x }) => [use.multiply(x, use.zero())],
};

/** Columns that a flat list is taken to have, as far as they go. */
const FLAT = 16;

/** `allFinite` of `ops`. */
export function finite(
  tensors: Readonly<Record<string, Tensor>>,
  _attributes: unknown,
  backend: WasmBackend,
): TensorInfo {
  const flag = backend.makeOutput([], 'float32');
  const isFinite = withScratch(backend, FLAT * FLOAT, (totals) => {
    zero(backend, totals, FLAT * FLOAT);
    for (const tensor of Object.values(tensors)) {
      const x = addressOf(backend, tensor);
      const rows = Math.floor(tensor.size / FLAT);
      const rest = tensor.size % FLAT;
      sumColumns(backend, trace, [rows, FLAT], { x }, [totals]);
      if (rest > 0) sumColumns(backend, trace, [1, rest], { x: x + rows * FLAT * FLOAT }, [totals]);
    }
    return floatsAt(backend, totals, FLAT).every((total) => total === 0);
  });
  floatsAt(backend, addressOf(backend, flag), 1)[0] = isFinite ? 1 : 0;
  return flag;
}
