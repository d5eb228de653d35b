import { add, greater, relu as stockRelu, where, zerosLike, type Tensor } from '@tensorflow/tfjs-core';
import * as wasm from '../wasm/activation.ts';
import * as webgpu from '../webgpu/activation.ts';
import { declareKernel, type NoAttributes } from './kernel.ts';

/** `value` where `condition` > 0, else 0. A select, not a product: 0 · NaN would be NaN. */
export function wherePositive(condition: Tensor, value: Tensor): Tensor {
  return where(greater(condition, 0), value, zerosLike(value));
}

/** dy where y > 0, else 0. Inputs of one shape; y is the output of a ReLU. Not differentiable. */
export const reluGradient = declareKernel<{ y: Tensor; dy: Tensor }, NoAttributes, Tensor>({
  name: 'TrainingReluGradient',
  wasm: wasm.reluGradient,
  webgpu: webgpu.reluGradient,
  composed: ({ y, dy }) => wherePositive(y, dy),
});

const kernelOfRelu = declareKernel<{ x: Tensor }, NoAttributes, Tensor>({
  name: 'TrainingRelu',
  wasm: wasm.relu,
  webgpu: webgpu.relu,
  composed: ({ x }) => stockRelu(x),
  differentiation: {
    saveInputs: [],
    saveOutputs: [true],
    gradients: (dy, [y]) => ({ x: () => reluGradient({ y: y as Tensor, dy }, {}) }),
  },
});

const kernelOfAddRelu = declareKernel<{ a: Tensor; b: Tensor }, NoAttributes, Tensor>({
  name: 'TrainingAddRelu',
  wasm: wasm.addRelu,
  webgpu: webgpu.addRelu,
  composed: ({ a, b }) => stockRelu(add(a, b)),
  differentiation: {
    saveInputs: [],
    saveOutputs: [true],
    gradients: (dy, [y]) => {
      // One gradient for both. The tape may dispose what it adds up, so the second gets a handle of its own.
      const gradient = reluGradient({ y: y as Tensor, dy }, {});
      return { a: () => gradient, b: () => gradient.clone() };
    },
  },
});

/** max(x, 0), element by element; its gradient at 0 is 0. */
export function relu<T extends Tensor>(x: T): T {
  return kernelOfRelu({ x }, {}) as T;
}

/** max(a + b, 0): the sum of a residual block and its shortcut, of one shape, then ReLU. */
export function addRelu<T extends Tensor>(a: T, b: T): T {
  return kernelOfAddRelu({ a, b }, {}) as T;
}
