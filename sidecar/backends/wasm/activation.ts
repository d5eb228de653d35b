import type { Tensor, TensorInfo } from '@tensorflow/tfjs-core';
import { mapFlat } from './columnKernels.ts';
import type { Formula } from './formula.ts';
import { addressOf, type WasmBackend } from './memory.ts';

const rectify: Formula<'x', never> = {
  name: 'rectify',
  values: ['x'],
  constants: [],
  results: 1,
  compute: (use, { x }) => [use.rectify(x)],
};

const addAndRectify: Formula<'a' | 'b', never> = {
  name: 'add and rectify',
  values: ['a', 'b'],
  constants: [],
  results: 1,
  compute: (use, { a, b }) => [use.rectify(use.keep(use.add(a, b)))],
};

const whereOutputIsPositive: Formula<'y' | 'dy', never> = {
  name: 'where output is positive',
  values: ['y', 'dy'],
  constants: [],
  results: 1,
  compute: (use, { y, dy }) => [use.wherePositive(y, dy)],
};

/** A kernel that applies a formula to tensors of one shape. */
function elementwise<Name extends string>(formula: Formula<Name, never>) {
  return (inputs: Readonly<Record<Name, Tensor>>, _attributes: unknown, backend: WasmBackend): TensorInfo => {
    const tensors = formula.values.map((name) => [name, inputs[name]] as const);
    const [[, { shape, size }]] = tensors as [readonly [Name, Tensor]];
    const result = backend.makeOutput(shape, 'float32');
    const operands = Object.fromEntries(tensors.map(([name, tensor]) => [name, addressOf(backend, tensor)]));
    mapFlat(backend, formula, size, operands as Record<Name, number>, [addressOf(backend, result)]);
    return result;
  };
}

/** `relu` of `ops`. */
export const relu = elementwise(rectify);
/** `addRelu` of `ops`. */
export const addRelu = elementwise(addAndRectify);
/** `reluGradient` of `ops`. */
export const reluGradient = elementwise(whereOutputIsPositive);
