import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { BatchNormGradientInputs, BatchNormOptions } from '../signatures.ts';
import { matrixOf } from './batchNorm.ts';
import { mapColumns, sumColumns } from './columnKernels.ts';
import type { ValueType } from './encoding.ts';
import type { Formula, Scope } from './formula.ts';
import type { Expression } from './instructions.ts';
import { addressOf, FLOAT, floatsAt, withScratch, zero, type WasmBackend } from './memory.ts';

type Values = 'x' | 'y' | 'dy';

/** The gradient before the normalisation's ReLU, where there is one. */
function beforeRelu<T extends ValueType>(
  relu: boolean,
  use: Scope<T>,
  { y, dy }: Readonly<Record<'y' | 'dy', Expression<T>>>,
): Expression<T> {
  return relu ? use.keep(use.wherePositive(y, dy)) : dy;
}

/** Σ dz · (x − mean) and Σ dz. */
const sums = (relu: boolean): Formula<Values, 'mean'> => ({
  name: `batch norm gradient sums${relu ? ' behind ReLU' : ''}`,
  values: valuesFor(relu),
  constants: ['mean'],
  results: 2,
  compute: (use, operands) => {
    const dz = beforeRelu(relu, use, operands);
    return [use.multiply(dz, use.subtract(operands.x, operands.mean)), dz];
  },
});

/** scale · dz + (slope · (x − mean) + offset). */
const inputGradient = (relu: boolean): Formula<Values, 'mean' | 'scale' | 'slope' | 'offset'> => ({
  name: `batch norm input gradient${relu ? ' behind ReLU' : ''}`,
  values: valuesFor(relu),
  constants: ['mean', 'scale', 'slope', 'offset'],
  results: 1,
  compute: (use, operands) => {
    const { x, mean, scale, slope, offset } = operands;
    const correction = use.add(use.multiply(use.subtract(x, mean), slope), offset);
    return [use.add(use.multiply(beforeRelu(relu, use, operands), scale), correction)];
  },
});

/** Without a ReLU the output is not read; the formula's `compute` does not ask for it either. */
function valuesFor(relu: boolean): readonly Values[] {
  return relu ? ['x', 'y', 'dy'] : ['x', 'dy'];
}

const SUMS = { plain: sums(false), rectified: sums(true) };
const INPUT = { plain: inputGradient(false), rectified: inputGradient(true) };

/**
 * [dx, dgamma, dbeta] of `batchNorm` (`training`: mean and variance are x's own) or of `batchNormInference` of `ops`.
 *
 * With N values per channel and s = 1 / √(variance + ε): dgamma = s · Σ dz · (x − mean), dbeta = Σ dz, and in training
 * dx = γ · s · (dz − dbeta / N − s · (x − mean) · dgamma / N).
 */
export function batchNormGradient(training: boolean) {
  return (
    { x, y, gamma, mean, variance, dy }: BatchNormGradientInputs,
    { epsilon, relu }: BatchNormOptions,
    backend: WasmBackend,
  ): TensorInfo[] => {
    const [rows, channels] = matrixOf(x);
    const kind = relu ? 'rectified' : 'plain';
    const dx = backend.makeOutput(x.shape, 'float32');
    const dgamma = backend.makeOutput([channels], 'float32');
    const dbeta = backend.makeOutput([channels], 'float32');
    const at = {
      x: addressOf(backend, x),
      y: addressOf(backend, y),
      dy: addressOf(backend, dy),
      mean: addressOf(backend, mean),
    };
    const totals = [addressOf(backend, dgamma), addressOf(backend, dbeta)];
    for (const total of totals) zero(backend, total, channels * FLOAT);
    sumColumns(backend, SUMS[kind], [rows, channels], at, totals);
    const bytes = channels * FLOAT;
    withScratch(backend, 3 * bytes, (scale) => {
      const [slope, offset] = [scale + bytes, scale + 2 * bytes];
      const floats = (address: number): Float32Array => floatsAt(backend, address, channels);
      const [gammas, variances] = [floats(addressOf(backend, gamma)), floats(addressOf(backend, variance))];
      const [dgammas, dbetas] = totals.map(floats) as [Float32Array, Float32Array];
      const [scales, slopes, offsets] = [floats(scale), floats(slope), floats(offset)];
      for (let c = 0; c < channels; c++) {
        const inverseDeviation = 1 / Math.sqrt((variances[c] as number) + epsilon);
        const factor = (gammas[c] as number) * inverseDeviation;
        const slopeOfMean = ((dgammas[c] as number) * inverseDeviation * inverseDeviation) / rows;
        dgammas[c] = (dgammas[c] as number) * inverseDeviation;
        scales[c] = factor;
        slopes[c] = training ? -factor * slopeOfMean : 0;
        offsets[c] = training ? (-factor * (dbetas[c] as number)) / rows : 0;
      }
      mapColumns(backend, INPUT[kind], [rows, channels], { ...at, scale, slope, offset }, [
        addressOf(backend, dx),
      ]);
    });
    return [dx, dgamma, dbeta];
  };
}
