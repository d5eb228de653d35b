import {
  add,
  div,
  expm1,
  mul,
  neg,
  sqrt,
  square,
  sub,
  tidy,
  type Scalar,
  type Tensor,
  type Variable,
} from '@tensorflow/tfjs-core';
import { adam } from '../wasm/adam.ts';
import { gated, gateInput, type Gate } from './gate.ts';
import { requireSameLength } from './group.ts';
import { declareKernel } from './kernel.ts';

/** Hyper-parameters of Adam, and of AdamW where `decoupled`. */
export interface AdamOptions {
  readonly learningRate: number;
  /** Decay of the first moment, 0 ≤ beta1 < 1 (usual: 0.9). */
  readonly beta1: number;
  /** Decay of the second moment, 0 ≤ beta2 < 1 (usual: 0.999). */
  readonly beta2: number;
  /** Added to the root of the corrected second moment, > 0 (usual: 1e-8). */
  readonly epsilon: number;
  readonly weightDecay: number;
  /** true: AdamW, p shrinks by learningRate · weightDecay · p; false: weightDecay · p is added to the gradient. */
  readonly decoupled: boolean;
}

/** State of Adam for one group of parameters. All start at zero. */
export interface AdamSlots {
  /** Running mean of the gradients, one per parameter. */
  readonly first: readonly Variable[];
  /** Running mean of their squares, one per parameter. */
  readonly second: readonly Variable[];
  /** Number of steps applied, a float scalar: a step that the gate kept out does not count. */
  readonly count: Variable;
}

type Attributes = {
  learningRate: number;
  beta1: number;
  beta2: number;
  epsilon: number;
  weightDecay: number;
  decoupled: boolean;
};

interface StepInputs {
  parameter: Tensor;
  gradient: Tensor;
  first: Tensor;
  second: Tensor;
  /** 1 − beta1^t and 1 − beta2^t. */
  correction1: Scalar;
  correction2: Scalar;
  gate?: Scalar;
}

/** New parameter and moments. */
const kernel = declareKernel<StepInputs, Attributes, Tensor[]>({
  name: 'TrainingAdamStep',
  wasm: adam,
  composed: (inputs, { learningRate, beta1, beta2, epsilon, weightDecay, decoupled }) => {
    const { parameter, gradient, first, second, correction1, correction2, gate } = inputs;
    const g = decoupled ? gradient : add(gradient, mul(parameter, weightDecay));
    const shrunk = decoupled ? mul(parameter, 1 - learningRate * weightDecay) : parameter;
    const m = add(mul(first, beta1), mul(g, 1 - beta1));
    const v = add(mul(second, beta2), mul(square(g), 1 - beta2));
    const direction = div(div(m, correction1), add(sqrt(div(v, correction2)), epsilon));
    const p = sub(shrunk, mul(direction, learningRate));
    return [gated(p, parameter, gate), gated(m, first, gate), gated(v, second, gate)];
  },
});

/**
 * One Adam step over a group of parameters, in place, with bias correction.
 *
 * @param gradients one per parameter, of its shape
 * @throws RangeError if the lists differ in length
 */
export function adamStep(
  parameters: readonly Variable[],
  gradients: readonly Tensor[],
  slots: AdamSlots,
  { learningRate, beta1, beta2, epsilon, weightDecay, decoupled }: AdamOptions,
  gate: Gate = null,
): void {
  requireSameLength('adamStep', parameters, gradients, slots.first, slots.second);
  const attributes = { learningRate, beta1, beta2, epsilon, weightDecay, decoupled };
  tidy(() => {
    const count = slots.count as unknown as Scalar;
    const next: Scalar = add(count, 1);
    // 1 − β^t = −expm1(t · ln β): without the cancellation that float32 suffers for β near 1.
    const correction = (beta: number): Scalar => neg(expm1(mul(next, Math.log(beta))));
    const corrections = { correction1: correction(beta1), correction2: correction(beta2) };
    parameters.forEach((parameter, i) => {
      const [gradient, first, second] = [
        gradients[i] as Tensor,
        slots.first[i] as Variable,
        slots.second[i] as Variable,
      ];
      const inputs = { parameter, gradient, first, second, ...corrections, ...gateInput(gate) };
      const [p, m, v] = kernel(inputs, attributes) as [Tensor, Tensor, Tensor];
      parameter.assign(p);
      first.assign(m);
      second.assign(v);
    });
    slots.count.assign(gated(next, count, gate ?? undefined));
  });
}
