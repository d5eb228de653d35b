import type { Scalar, Tensor, TensorInfo } from '@tensorflow/tfjs-core';
import type { Formula } from './formula.ts';
import type { WasmBackend } from './memory.ts';
import { update } from './update.ts';

const plain: Formula<'parameter' | 'gradient', 'learningRate' | 'weightDecay'> = {
  name: 'sgd',
  values: ['parameter', 'gradient'],
  constants: ['learningRate', 'weightDecay'],
  uniform: true,
  results: 1,
  compute: (use, { parameter, gradient, learningRate, weightDecay }) => {
    const g = use.add(gradient, use.multiply(parameter, weightDecay));
    return [use.subtract(parameter, use.multiply(g, learningRate))];
  },
};

const withMomentum = (
  nesterov: boolean,
): Formula<'parameter' | 'gradient' | 'velocity', 'learningRate' | 'momentum' | 'weightDecay'> => ({
  name: nesterov ? 'sgd with Nesterov momentum' : 'sgd with momentum',
  values: ['parameter', 'gradient', 'velocity'],
  constants: ['learningRate', 'momentum', 'weightDecay'],
  uniform: true,
  results: 2,
  compute: (use, { parameter, gradient, velocity, learningRate, momentum, weightDecay }) => {
    const g = use.keep(use.add(gradient, use.multiply(parameter, weightDecay)));
    const v = use.keep(use.add(use.multiply(velocity, momentum), g));
    const direction = nesterov ? use.add(g, use.multiply(v, momentum)) : v;
    return [use.subtract(parameter, use.multiply(direction, learningRate)), v];
  },
});

const momentumFormulas = { heavyBall: withMomentum(false), nesterov: withMomentum(true) };

/** One tensor of `sgdStep` of `ops`: the new parameter and, with momentum, the new velocity. */
export function sgd(
  inputs: {
    readonly parameter: Tensor;
    readonly gradient: Tensor;
    readonly velocity?: Tensor;
    readonly gate?: Scalar;
  },
  options: Readonly<Record<'learningRate' | 'momentum' | 'weightDecay', number>> & {
    readonly nesterov: boolean;
  },
  backend: WasmBackend,
): TensorInfo[] {
  const { parameter, gradient, velocity, gate } = inputs;
  if (velocity === undefined)
    return update(backend, plain, { parameter, gradient }, options, [parameter], gate);
  const formula = momentumFormulas[options.nesterov ? 'nesterov' : 'heavyBall'];
  return update(backend, formula, { parameter, gradient, velocity }, options, [parameter, velocity], gate);
}
