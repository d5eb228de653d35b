import type { Scalar, Tensor, TensorInfo } from '@tensorflow/tfjs-core';
import type { Formula } from './formula.ts';
import type { WasmBackend } from './memory.ts';
import { update } from './update.ts';

const mix: Formula<'target' | 'source', 'kept' | 'new'> = {
  name: 'exponential moving average',
  values: ['target', 'source'],
  constants: ['kept', 'new'],
  uniform: true,
  results: 1,
  compute: (use, of) => [use.add(use.multiply(of.target, of.kept), use.multiply(of.source, of.new))],
};

/** One tensor of `emaStep` of `ops`. */
export function movingAverage(
  { target, source, gate }: { readonly target: Tensor; readonly source: Tensor; readonly gate?: Scalar },
  { alpha }: { readonly alpha: number },
  backend: WasmBackend,
): TensorInfo[] {
  return update(backend, mix, { target, source }, { kept: alpha, new: 1 - alpha }, [target], gate);
}
