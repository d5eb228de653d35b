import { add, mul, sub, tidy, type Scalar, type Tensor, type Variable } from '@tensorflow/tfjs-core';
import { sgd } from '../wasm/sgd.ts';
import * as webgpu from '../webgpu/updates.ts';
import { gated, gateInput, type Gate } from './gate.ts';
import { requireSameLength } from './group.ts';
import { declareKernel } from './kernel.ts';

/** Hyper-parameters of stochastic gradient descent as PyTorch defines it, dampening 0. */
export interface SgdOptions {
  readonly learningRate: number;
  /** 0 ≤ momentum < 1; with 0 no velocities are read or written. */
  readonly momentum: number;
  readonly nesterov: boolean;
  /** L2: weightDecay · parameter is added to the gradient before the momentum. */
  readonly weightDecay: number;
}

type Attributes = { learningRate: number; momentum: number; nesterov: boolean; weightDecay: number };

/** New parameter and, with momentum, new velocity. */
const kernel = declareKernel<
  { parameter: Tensor; gradient: Tensor; velocity?: Tensor; gate?: Scalar },
  Attributes,
  Tensor[]
>({
  name: 'TrainingSgdStep',
  wasm: sgd,
  webgpu: webgpu.sgd,
  composed: ({ parameter, gradient, velocity, gate }, { learningRate, momentum, nesterov, weightDecay }) => {
    const g = add(gradient, mul(parameter, weightDecay));
    const move = (direction: Tensor): Tensor =>
      gated(sub(parameter, mul(direction, learningRate)), parameter, gate);
    if (velocity === undefined) return [move(g)];
    const v = add(mul(velocity, momentum), g);
    return [move(nesterov ? add(g, mul(v, momentum)) : v), gated(v, velocity, gate)];
  },
});

/**
 * One SGD step over a group of parameters, in place.
 *
 * g += weightDecay · p;  v = momentum · v + g;  p −= learningRate · (nesterov ? g + momentum · v : v).
 * Velocities start at zero, which makes the first one g.
 *
 * @param gradients one per parameter, of its shape
 * @param velocities one per parameter, of its shape; not looked at if momentum is 0
 * @throws RangeError if the lists differ in length
 */
export function sgdStep(
  parameters: readonly Variable[],
  gradients: readonly Tensor[],
  velocities: readonly Variable[],
  { learningRate, momentum, nesterov, weightDecay }: SgdOptions,
  gate: Gate = null,
): void {
  requireSameLength('sgdStep', parameters, gradients, momentum === 0 ? parameters : velocities);
  const attributes = { learningRate, momentum, nesterov, weightDecay };
  parameters.forEach((parameter, i) => {
    const gradient = gradients[i] as Tensor;
    const velocity = momentum === 0 ? undefined : velocities[i];
    tidy(() => {
      const slots = velocity === undefined ? {} : { velocity };
      const [p, v] = kernel({ parameter, gradient, ...slots, ...gateInput(gate) }, attributes) as [
        Tensor,
        Tensor,
      ];
      parameter.assign(p);
      velocity?.assign(v);
    });
  });
}
