import type { Tensor, TensorInfo } from '@tensorflow/tfjs-core';
import type { BatchNormOptions, Normalised } from '../signatures.ts';
import { mapColumns, sumColumns } from './columnKernels.ts';
import type { Formula } from './formula.ts';
import { addressOf, FLOAT, floatsAt, withScratch, zero, type WasmBackend } from './memory.ts';
import { sum } from './sums.ts';

/** Σ (x − mean)². */
const squaredDeviation: Formula<'x', 'mean'> = {
  name: 'squared deviation',
  values: ['x'],
  constants: ['mean'],
  results: 1,
  compute: (use, { x, mean }) => {
    const deviation = use.keep(use.subtract(x, mean));
    return [use.multiply(deviation, deviation)];
  },
};

const normalise: Formula<'x', 'mean' | 'scale' | 'shift'> = {
  name: 'normalise',
  values: ['x'],
  constants: ['mean', 'scale', 'shift'],
  results: 1,
  compute: (use, { x, mean, scale, shift }) => [use.add(use.multiply(use.subtract(x, mean), scale), shift)],
};

const normaliseAndRectify: typeof normalise = {
  ...normalise,
  name: 'normalise and rectify',
  compute: (use, operands) => normalise.compute(use, operands).map((y) => use.rectify(use.keep(y))),
};

interface Statistics {
  readonly mean: Pick<TensorInfo, 'dataId'>;
  readonly variance: Pick<TensorInfo, 'dataId'>;
}

/** Rows and channels of a tensor whose last axis is the channels. */
export function matrixOf({ size, shape }: Tensor): [rows: number, channels: number] {
  const channels = shape.at(-1) ?? 1;
  return [size / channels, channels];
}

/** `batchNormInference` of `ops`. */
export function normaliseBy(
  { x, gamma, beta, mean, variance }: Normalised & Statistics,
  { epsilon, relu }: BatchNormOptions,
  backend: WasmBackend,
): TensorInfo {
  const [rows, channels] = matrixOf(x);
  const y = backend.makeOutput(x.shape, 'float32');
  withScratch(backend, channels * FLOAT, (scale) => {
    const [scales, gammas, variances] = [scale, addressOf(backend, gamma), addressOf(backend, variance)].map(
      (address) => floatsAt(backend, address, channels),
    ) as [Float32Array, Float32Array, Float32Array];
    scales.forEach(
      (_, c) => (scales[c] = (gammas[c] as number) / Math.sqrt((variances[c] as number) + epsilon)),
    );
    const operands = {
      x: addressOf(backend, x),
      mean: addressOf(backend, mean),
      scale,
      shift: addressOf(backend, beta),
    };
    mapColumns(backend, relu ? normaliseAndRectify : normalise, [rows, channels], operands, [
      addressOf(backend, y),
    ]);
  });
  return y;
}

/** `batchNorm` of `ops`: [y, mean, biased variance]. Two passes for the statistics: one would cancel digits. */
export function normaliseBatch(
  inputs: Normalised,
  options: BatchNormOptions,
  backend: WasmBackend,
): TensorInfo[] {
  const { x } = inputs;
  const [rows, channels] = matrixOf(x);
  const mean = backend.makeOutput([channels], 'float32');
  const variance = backend.makeOutput([channels], 'float32');
  const matrix = { x: addressOf(backend, x) };
  const means = addressOf(backend, mean);
  const variances = addressOf(backend, variance);
  const average = (formula: Formula<'x', 'mean'> | Formula<'x', never>, to: number): void => {
    zero(backend, to, channels * FLOAT);
    sumColumns(backend, formula as Formula<'x', 'mean'>, [rows, channels], { ...matrix, mean: means }, [to]);
    const totals = floatsAt(backend, to, channels);
    totals.forEach((total, c) => (totals[c] = total / rows));
  };
  average(sum, means);
  average(squaredDeviation, variances);
  return [normaliseBy({ ...inputs, mean, variance }, options, backend), mean, variance];
}
