import type { Tensor, TensorInfo } from '@tensorflow/tfjs-core';
import { compute, type WebgpuBackend } from './programs.ts';

/** Threads that look at one tensor. */
const LANES = 512;

/**
 * `allFinite` of `ops`. Tells by the bits of the exponent: shaders may be compiled as if there were no NaN.
 */
export function finite(
  inputs: Readonly<Record<string, Tensor>>,
  _: object,
  backend: WebgpuBackend,
): TensorInfo {
  let found: TensorInfo | null = null;
  for (const x of Object.values(inputs)) {
    const lanes = Math.min(LANES, x.size);
    const faults = compute(backend, [lanes], {
      name: 'faults',
      inputs: { X: x },
      integers: { count: x.size, lanes },
      body: `
        var fault = 0.0;
        for (var i = index; i < uniforms.count; i = i + uniforms.lanes) {
          if ((bitcast<u32>(X[i]) & 0x7f800000u) == 0x7f800000u) { fault = 1.0; }
        }
        return fault;`,
    });
    const before: TensorInfo | null = found;
    found = compute(backend, [], {
      name: before === null ? 'finite' : 'finite_too',
      inputs: before === null ? { F: faults } : { F: faults, B: before },
      integers: { lanes },
      body: `
        for (var i = 0; i < uniforms.lanes; i = i + 1) {
          if (F[i] > 0.0) { return 0.0; }
        }
        return ${before === null ? '1.0' : 'B[0]'};`,
    });
    backend.disposeData(faults.dataId);
    if (before !== null) backend.disposeData(before.dataId);
  }
  return found ?? compute(backend, [], { name: 'one', inputs: {}, body: 'return 1.0;' });
}
