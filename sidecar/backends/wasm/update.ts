import type { Scalar, Tensor, TensorInfo } from '@tensorflow/tfjs-core';
import { mapFlat } from './columnKernels.ts';
import type { Formula } from './formula.ts';
import { addressOf, FLOAT, floatsAt, withScratch, type WasmBackend } from './memory.ts';

/**
 * Runs an optimiser's update: new tensors from old ones by a formula with uniform constants. Where the gate is closed, the new
 * tensors are bitwise copies of the old ones; reading it costs nothing here.
 *
 * @param old what the results replace, in their order
 */
export function update<Value extends string, Constant extends string>(
  backend: WasmBackend,
  formula: Formula<Value, Constant>,
  inputs: Readonly<Record<Value, Tensor>>,
  constants: Readonly<Record<Constant, number>>,
  old: readonly Tensor[],
  gate: Scalar | undefined,
): TensorInfo[] {
  const results = old.map(({ shape }) => backend.makeOutput(shape, 'float32'));
  if (gate !== undefined && !((floatsAt(backend, addressOf(backend, gate), 1)[0] as number) > 0)) {
    old.forEach((tensor, i) => {
      const [from, to] = [tensor, results[i] as TensorInfo].map((it) =>
        floatsAt(backend, addressOf(backend, it), tensor.size),
      );
      (to as Float32Array).set(from as Float32Array);
    });
    return results;
  }
  withScratch(backend, formula.constants.length * FLOAT, (scratch) => {
    const numbers = floatsAt(backend, scratch, formula.constants.length);
    const operands: Record<string, number> = {};
    for (const name of formula.values) operands[name] = addressOf(backend, inputs[name]);
    formula.constants.forEach((name, i) => {
      numbers[i] = constants[name];
      operands[name] = scratch + i * FLOAT;
    });
    const size = old[0]?.size ?? 0;
    mapFlat(
      backend,
      formula,
      size,
      operands as Record<Value | Constant, number>,
      results.map((it) => addressOf(backend, it)),
    );
  });
  return results;
}
