import { registerKernel, unregisterKernel, type DataId, type TensorInfo } from '@tensorflow/tfjs-core';

/**
 * Lets a copy of a tensor share its memory. TensorFlow.js's WASM backend copies the bytes whenever a tensor is saved
 * for the gradient, unlike its other backends, though tensors never change. To be called once the backend's package is
 * loaded.
 */
export function shareMemoryOfCopies(): void {
  unregisterKernel('Identity', 'wasm');
  registerKernel({
    kernelName: 'Identity',
    backendName: 'wasm',
    kernelFunc: ({ inputs, backend }) => {
      const { dataId, shape, dtype } = inputs['x'] as TensorInfo;
      (backend as { incRef(dataId: DataId): void }).incRef(dataId);
      return { dataId, shape, dtype };
    },
  });
}
