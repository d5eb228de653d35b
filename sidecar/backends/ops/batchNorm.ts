import {
  add,
  div,
  mean as stockMean,
  mul,
  relu as stockRelu,
  rsqrt,
  square,
  sub,
  type Tensor,
  type Tensor1D,
} from '@tensorflow/tfjs-core';
import type { BatchNormGradientInputs, BatchNormOptions, Normalised } from '../signatures.ts';
import { normaliseBatch, normaliseBy } from '../wasm/batchNorm.ts';
import { batchNormGradient } from '../wasm/batchNormGradient.ts';
import * as webgpu from '../webgpu/batchNorm.ts';
import { wherePositive } from './activation.ts';
import { columnSums, leadingAxes } from './columnSums.ts';
import { declareKernel } from './kernel.ts';

interface Statistics {
  mean: Tensor1D;
  variance: Tensor1D;
}

function normalise(
  { x, gamma, beta, mean, variance }: Normalised & Statistics,
  { epsilon, relu }: BatchNormOptions,
): Tensor {
  const scale = mul(gamma, rsqrt(add(variance, epsilon)));
  const y = add(mul(x, scale), sub(beta, mul(mean, scale)));
  return relu ? stockRelu(y) : y;
}

/** [dx, dgamma, dbeta] where mean and variance are constants. */
const inferenceGradient = declareKernel<BatchNormGradientInputs, BatchNormOptions, Tensor[]>({
  name: 'TrainingBatchNormInferenceGradient',
  wasm: batchNormGradient(false),
  webgpu: webgpu.batchNormGradient(false),
  composed: ({ x, y, gamma, mean, variance, dy }, { epsilon, relu }) => {
    const inverseDeviation = rsqrt(add(variance, epsilon));
    const dz = relu ? wherePositive(y, dy) : dy;
    const normalised = mul(sub(x, mean), inverseDeviation);
    return [mul(dz, mul(gamma, inverseDeviation)), columnSums(mul(dz, normalised)), columnSums(dz)];
  },
});

/** [dx, dgamma, dbeta] where mean and variance are those of x itself. */
const trainingGradient = declareKernel<BatchNormGradientInputs, BatchNormOptions, Tensor[]>({
  name: 'TrainingBatchNormGradient',
  wasm: batchNormGradient(true),
  webgpu: webgpu.batchNormGradient(true),
  composed: ({ x, y, gamma, mean, variance, dy }, { epsilon, relu }) => {
    const count = x.size / gamma.size;
    const inverseDeviation = rsqrt(add(variance, epsilon));
    const dz = relu ? wherePositive(y, dy) : dy;
    const normalised = mul(sub(x, mean), inverseDeviation);
    const dgamma = columnSums(mul(dz, normalised));
    const dbeta = columnSums(dz);
    // dx = γ/σ · (dz − mean(dz) − x̂ · mean(dz · x̂))
    const centred = sub(sub(dz, div(dbeta, count)), mul(normalised, div(dgamma, count)));
    return [mul(centred, mul(gamma, inverseDeviation)), dgamma, dbeta];
  },
});

const kernelOfTraining = declareKernel<Normalised, BatchNormOptions, Tensor[]>({
  name: 'TrainingBatchNorm',
  wasm: normaliseBatch,
  webgpu: webgpu.normaliseBatch,
  composed: ({ x, gamma, beta }, attributes) => {
    const axes = leadingAxes(x);
    const mean = stockMean<Tensor1D>(x, axes);
    const variance = stockMean<Tensor1D>(square(sub(x, mean)), axes);
    return [normalise({ x, gamma, beta, mean, variance }, attributes), mean, variance];
  },
  differentiation: {
    saveInputs: ['x', 'gamma'],
    saveOutputs: [true, true, true],
    gradients: (dy, saved, attributes) => {
      const [x, gamma, y, mean, variance] = saved as [Tensor, Tensor1D, Tensor, Tensor1D, Tensor1D];
      const [dx, dgamma, dbeta] = trainingGradient({ x, gamma, y, mean, variance, dy }, attributes) as [
        Tensor,
        Tensor,
        Tensor,
      ];
      return { x: () => dx, gamma: () => dgamma, beta: () => dbeta };
    },
  },
});

const kernelOfInference = declareKernel<Normalised & Statistics, BatchNormOptions, Tensor>({
  name: 'TrainingBatchNormInference',
  wasm: normaliseBy,
  webgpu: webgpu.normaliseBy,
  composed: normalise,
  differentiation: {
    saveInputs: ['x', 'gamma', 'mean', 'variance'],
    saveOutputs: [true],
    gradients: (dy, saved, attributes) => {
      const [x, gamma, mean, variance, y] = saved as [Tensor, Tensor1D, Tensor1D, Tensor1D, Tensor];
      const [dx, dgamma, dbeta] = inferenceGradient({ x, gamma, y, mean, variance, dy }, attributes) as [
        Tensor,
        Tensor,
        Tensor,
      ];
      const constant = (): never => {
        throw new Error('batchNormInference: mean and variance are constants');
      };
      return { x: () => dx, gamma: () => dgamma, beta: () => dbeta, mean: constant, variance: constant };
    },
  },
});

/**
 * Batch normalisation in training mode: each channel is normalised by the mean and the biased variance of this batch.
 *
 * @param x [N, C] or [N, H, W, C]; statistics are taken over all axes but the last
 * @param gamma scale, [C]
 * @param beta shift, [C]
 * @returns y of x's shape; mean and (biased) variance, [C], which carry no gradient: see `updateRunning`
 */
export function batchNorm<T extends Tensor>(
  x: T,
  gamma: Tensor1D,
  beta: Tensor1D,
  { epsilon, relu }: BatchNormOptions,
): { y: T; mean: Tensor1D; variance: Tensor1D } {
  const [y, mean, variance] = kernelOfTraining({ x, gamma, beta }, { epsilon, relu }) as [
    T,
    Tensor1D,
    Tensor1D,
  ];
  return { y, mean, variance };
}

/**
 * Batch normalisation in inference mode: (x − mean) / √(variance + ε) · gamma + beta, then ReLU if asked for.
 * Differentiable in x, gamma and beta; mean and variance, [C], are constants.
 */
export function batchNormInference<T extends Tensor>(
  x: T,
  gamma: Tensor1D,
  beta: Tensor1D,
  mean: Tensor1D,
  variance: Tensor1D,
  { epsilon, relu }: BatchNormOptions,
): T {
  return kernelOfInference({ x, gamma, beta, mean, variance }, { epsilon, relu }) as T;
}
