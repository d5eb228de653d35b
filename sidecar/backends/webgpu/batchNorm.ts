import type { Tensor, TensorInfo } from '@tensorflow/tfjs-core';
import type { BatchNormGradientInputs, BatchNormOptions, Normalised } from '../signatures.ts';
import { RELU } from './activation.ts';
import { compute, rowsAndColumns, sumColumns, type WebgpuBackend } from './programs.ts';

interface Statistics {
  readonly mean: TensorInfo;
  readonly variance: TensorInfo;
}

const sumsOf = (backend: WebgpuBackend, x: Tensor, factor = 1): TensorInfo =>
  sumColumns(backend, x, { name: 'column_sums', inputs: { X: x }, body: 'return X[index];' }, factor);

/** `columnSums` of `ops`. */
export const columnSums = ({ x }: { readonly x: Tensor }, _: object, backend: WebgpuBackend): TensorInfo =>
  sumsOf(backend, x);

/** `batchNormInference` of `ops`. */
export function normaliseBy(
  { x, gamma, beta, mean, variance }: Normalised & Statistics,
  { epsilon, relu }: BatchNormOptions,
  backend: WebgpuBackend,
): TensorInfo {
  return compute(backend, x.shape, {
    name: relu ? 'normalise_relu' : 'normalise',
    inputs: { X: x, G: gamma, B: beta, M: mean, V: variance },
    numbers: { epsilon },
    integers: { columns: rowsAndColumns(x).columns },
    body: `
      let c = index % uniforms.columns;
      let y = (X[index] - M[c]) * inverseSqrt(V[c] + uniforms.epsilon) * G[c] + B[c];
      return ${relu ? RELU : 'y'};`,
  });
}

/** `batchNorm` of `ops`: y, mean, variance. */
export function normaliseBatch(
  inputs: Normalised,
  options: BatchNormOptions,
  backend: WebgpuBackend,
): TensorInfo[] {
  const { x } = inputs;
  const share = 1 / rowsAndColumns(x).rows;
  const mean = sumsOf(backend, x, share);
  const variance = sumColumns(
    backend,
    x,
    {
      name: 'column_squares',
      inputs: { X: x, M: mean },
      body: `
        let distance = X[index] - M[column];
        return distance * distance;`,
    },
    share,
  );
  return [normaliseBy({ ...inputs, mean, variance }, options, backend), mean, variance];
}

/** @param ofBatch whether mean and variance are those of x itself @returns [dx, dgamma, dbeta] */
export const batchNormGradient =
  (ofBatch: boolean) =>
  (
    { x, y, gamma, mean, variance, dy }: BatchNormGradientInputs,
    { epsilon, relu }: BatchNormOptions,
    backend: WebgpuBackend,
  ): TensorInfo[] => {
    const { rows, columns } = rowsAndColumns(x);
    const suffix = relu ? '_relu' : '';
    const passed = relu ? { Y: y, D: dy } : { D: dy };
    const dz = relu ? 'select(0.0, D[index], Y[index] > 0.0)' : 'D[index]';
    const dbeta = sumColumns(backend, x, {
      name: `gradient_sums${suffix}`,
      inputs: passed,
      body: `return ${dz};`,
    });
    // Σ dz · (x − mean), to be divided by the deviation.
    const products = sumColumns(backend, x, {
      name: `gradient_products${suffix}`,
      inputs: { ...passed, X: x, M: mean },
      body: `return ${dz} * (X[index] - M[column]);`,
    });
    const dgamma = compute(backend, gamma.shape, {
      name: 'gamma_gradient',
      inputs: { S: products, V: variance },
      numbers: { epsilon },
      body: 'return S[index] * inverseSqrt(V[index] + uniforms.epsilon);',
    });
    // A program may read seven tensors: what is the same in a column is worked out first, γ/σ and
    // Σ dz · (x − mean) / (N σ²).
    const factors = compute(backend, [2, columns], {
      name: 'column_factors',
      inputs: { G: gamma, S: products, V: variance },
      numbers: { epsilon, share: 1 / rows },
      integers: { columns },
      body: `
        let c = index % uniforms.columns;
        let inverse = inverseSqrt(V[c] + uniforms.epsilon);
        return select(S[c] * inverse * inverse * uniforms.share, G[c] * inverse, index < uniforms.columns);`,
    });
    // dx = γ/σ · (dz − mean(dz) − x̂ · mean(dz · x̂)), the means only where they depend on x.
    const dx = compute(backend, x.shape, {
      name: `input_gradient${suffix}${ofBatch ? '_of_batch' : ''}`,
      inputs: ofBatch ? { ...passed, X: x, M: mean, K: factors, B: dbeta } : { ...passed, K: factors },
      numbers: { share: 1 / rows },
      integers: { columns },
      body: `
        let c = index % uniforms.columns;
        ${
          ofBatch
            ? `return K[c] * (${dz} - B[c] * uniforms.share - (X[index] - M[c]) * K[uniforms.columns + c]);`
            : `return K[c] * ${dz};`
        }`,
    });
    backend.disposeData(products.dataId);
    backend.disposeData(factors.dataId);
    return [dx, dgamma, dbeta];
  };
