import {
  AddN,
  getKernel,
  registerKernel,
  unregisterKernel,
  type KernelFunc,
  type NamedTensorInfoMap,
  type TensorInfo,
} from '@tensorflow/tfjs-core';
import type { WebgpuBackend } from './programs.ts';

/**
 * A sum of many tensors as sums of few.
 *
 * @param sum the kernel for at most `limit` tensors, of the same shape
 * @param limit at least 2
 */
export function addInGroups(sum: KernelFunc, limit: number): KernelFunc {
  return ({ inputs, backend }) => {
    // An array in the place of a map: so TensorFlow.js passes the inputs of this kernel.
    const add = (tensors: readonly TensorInfo[]): TensorInfo =>
      sum({ inputs: tensors as unknown as NamedTensorInfoMap, backend }) as TensorInfo;
    const all = Object.values(inputs).filter((tensor) => tensor !== undefined);
    let total = add(all.slice(0, limit));
    for (let next = limit; next < all.length; next += limit - 1) {
      const before = total;
      total = add([before, ...all.slice(next, next + limit - 1)]);
      (backend as Pick<WebgpuBackend, 'disposeData'>).disposeData(before.dataId);
    }
    return total;
  };
}

/**
 * TensorFlow.js 4.22 hands all tensors of a sum to one WebGPU program. More than a shader may bind (eight buffers by
 * default, one of them the sum) is an error that reaches no caller: the sum reads as zeros.
 */
export function mendAddN(storageBuffersPerShader: number): void {
  const stock = getKernel(AddN, 'webgpu');
  unregisterKernel(AddN, 'webgpu');
  registerKernel({ ...stock, kernelFunc: addInGroups(stock.kernelFunc, storageBuffersPerShader - 1) });
}
