import type { Scalar, Tensor, TensorInfo } from '@tensorflow/tfjs-core';
import type { Formula } from './formula.ts';
import { addressOf, floatsAt, type WasmBackend } from './memory.ts';
import { update } from './update.ts';

type Value = 'parameter' | 'gradient' | 'first' | 'second';
type Constant =
  | 'kept1'
  | 'new1'
  | 'kept2'
  | 'new2'
  | 'correction1'
  | 'correction2'
  | 'epsilon'
  | 'learningRate'
  | 'weightDecay'
  | 'shrinkage';

const formula = (decoupled: boolean): Formula<Value, Constant> => ({
  name: decoupled ? 'adamw' : 'adam',
  values: ['parameter', 'gradient', 'first', 'second'],
  constants: [
    'kept1',
    'new1',
    'kept2',
    'new2',
    'correction1',
    'correction2',
    'epsilon',
    'learningRate',
    decoupled ? 'shrinkage' : 'weightDecay',
  ],
  uniform: true,
  results: 3,
  compute: (use, of) => {
    const { add, multiply, divide, keep } = use;
    const g = keep(decoupled ? of.gradient : add(of.gradient, multiply(of.parameter, of.weightDecay)));
    const shrunk = decoupled ? multiply(of.parameter, of.shrinkage) : of.parameter;
    const m = keep(add(multiply(of.first, of.kept1), multiply(g, of.new1)));
    const v = keep(add(multiply(of.second, of.kept2), multiply(multiply(g, g), of.new2)));
    const deviation = add(use.squareRoot(divide(v, of.correction2)), of.epsilon);
    const direction = divide(divide(m, of.correction1), deviation);
    return [use.subtract(shrunk, multiply(direction, of.learningRate)), m, v];
  },
});

const coupledFormula = formula(false);
const decoupledFormula = formula(true);

interface Inputs extends Readonly<Record<Value, Tensor>> {
  readonly correction1: Scalar;
  readonly correction2: Scalar;
  readonly gate?: Scalar;
}

interface Options {
  readonly learningRate: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  readonly weightDecay: number;
  readonly decoupled: boolean;
}

/** One tensor of `adamStep` of `ops`: the new parameter and moments. */
export function adam(
  { parameter, gradient, first, second, correction1, correction2, gate }: Inputs,
  { learningRate, beta1, beta2, epsilon, weightDecay, decoupled }: Options,
  backend: WasmBackend,
): TensorInfo[] {
  const read = (scalar: Scalar): number => floatsAt(backend, addressOf(backend, scalar), 1)[0] as number;
  const constants: Record<Constant, number> = {
    kept1: beta1,
    new1: 1 - beta1,
    kept2: beta2,
    new2: 1 - beta2,
    correction1: read(correction1),
    correction2: read(correction2),
    epsilon,
    learningRate,
    weightDecay,
    shrinkage: 1 - learningRate * weightDecay,
  };
  const inputs = { parameter, gradient, first, second };
  const chosen = decoupled ? decoupledFormula : coupledFormula;
  return update(backend, chosen, inputs, constants, [parameter, first, second], gate);
}
