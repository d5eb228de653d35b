import type { Scalar, Tensor, TensorInfo } from '@tensorflow/tfjs-core';
import { compute, type WebgpuBackend } from './programs.ts';

interface Gated {
  readonly gate?: Scalar;
}

/** Runs one formula over tensors of one shape; where the gate is shut, `old` stays. */
function update(
  backend: WebgpuBackend,
  name: string,
  old: string,
  inputs: Readonly<Record<string, Tensor>>,
  numbers: Readonly<Record<string, number>>,
  value: string,
  gate: Scalar | undefined,
): TensorInfo {
  const gated = gate === undefined ? value : `select(${old}[index], ${value}, Gate[0] > 0.0)`;
  return compute(backend, inputs[old]?.shape ?? [], {
    name: gate === undefined ? name : `${name}_gated`,
    inputs: gate === undefined ? inputs : { ...inputs, Gate: gate },
    numbers,
    body: `return ${gated};`,
  });
}

/** One tensor of `emaStep` of `ops`. */
export function movingAverage(
  { target, source, gate }: { readonly target: Tensor; readonly source: Tensor } & Gated,
  { alpha }: { readonly alpha: number },
  backend: WebgpuBackend,
): TensorInfo[] {
  const numbers = { kept: alpha, fresh: 1 - alpha };
  const mean = 'T[index] * uniforms.kept + S[index] * uniforms.fresh';
  return [update(backend, 'ema', 'T', { T: target, S: source }, numbers, mean, gate)];
}

/** One tensor of `sgdStep` of `ops`: parameter, and velocity where there is one. */
export function sgd(
  {
    parameter,
    gradient,
    velocity,
    gate,
  }: { readonly parameter: Tensor; readonly gradient: Tensor; readonly velocity?: Tensor } & Gated,
  numbers: {
    readonly learningRate: number;
    readonly momentum: number;
    readonly nesterov: boolean;
    readonly weightDecay: number;
  },
  backend: WebgpuBackend,
): TensorInfo[] {
  const { learningRate, momentum, nesterov, weightDecay } = numbers;
  const g = '(G[index] + P[index] * uniforms.weightDecay)';
  const moved = (direction: string): string => `P[index] - uniforms.learningRate * ${direction}`;
  const own = { P: parameter, G: gradient };
  if (velocity === undefined)
    return [update(backend, 'sgd', 'P', own, { learningRate, weightDecay }, moved(g), gate)];
  const v = `(V[index] * uniforms.momentum + ${g})`;
  const all = { ...own, V: velocity };
  const direction = nesterov ? `(${g} + uniforms.momentum * ${v})` : v;
  return [
    update(
      backend,
      nesterov ? 'sgd_nesterov' : 'sgd_momentum',
      'P',
      all,
      { learningRate, momentum, weightDecay },
      moved(direction),
      gate,
    ),
    update(backend, 'sgd_velocity', 'V', all, { momentum, weightDecay }, v, gate),
  ];
}
