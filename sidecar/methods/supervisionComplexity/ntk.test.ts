import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { normals, use } from '../../backends/ops/testing.ts';
import { mlp } from '../../models/mlp.spec.ts';
import { INFERENCE, Network } from '../../models/network.ts';
import { plain } from '../../models/spec.ts';
import { logitsOf } from '../parts/supervised.ts';
import { close, flat, lengthOf, setValues } from '../testing.ts';
import { cholesky, solve, supervisionComplexity as complexity, trace } from './measure.ts';
import { tangentKernel, traceKernel } from './ntk.ts';
import { dot, hasEigenvalues, isResult, numbers, times, type Perceptron } from './testing.ts';

const { tiny_mlp_binary: binary, tiny_mlp_two_logits: two } = numbers;

const perceptron = (
  { W2, b2 }: Pick<Perceptron, 'W2' | 'b2'>,
  hidden: Pick<Perceptron, 'W1' | 'b1'> = binary,
) => {
  const backbone = mlp({ name: 'mlp', trunk: [3], branch: [], activation: 'tanh' }, [2], b2.length);
  const network = new Network('student', plain(backbone, [2]), { seed: 1 });
  setValues(network, {
    'trunk/hidden/0.dense/kernel': hidden.W1,
    'trunk/hidden/0.dense/bias': hidden.b1,
    'main/head/0.dense/kernel': W2,
    'main/head/0.dense/bias': b2,
  });
  return network;
};
const outputs = (network: Network, X: number[][]): number[] => [
  ...logitsOf(network, tf.tensor2d(X), INFERENCE).dataSync(),
];
const kernelOf = (network: Network, X: number[][], logits: number) =>
  tangentKernel(
    (x) => logitsOf(network, x, INFERENCE),
    tf.tensor2d(X),
    logits,
    network.parameters().map(({ variable }) => variable),
  );

describe.each(['cpu', 'wasm'] as const)('the tangent kernel on %s', (backend) => {
  beforeAll(() => use(backend));

  it('has the fixture’s outputs, Jacobian and kernel of one logit', async () => {
    const student = perceptron(binary);
    const f0 = outputs(student, binary.X);
    close(f0, binary.f0);
    const { kernel, jacobian } = await kernelOf(student, binary.X, 1);
    close(
      jacobian.map((row) => [...row]),
      binary.jacobian,
    );
    close([...kernel], binary.ntk);
    hasEigenvalues(kernel, binary.ntk_eigenvalues, 2e-4);
    const residual = binary.y.map((y, i) => y - (f0[i] ?? NaN));
    close(residual, binary.residual);
    isResult(kernel, binary.y, binary.result_for_y, 4, 1e-4);
    isResult(kernel, residual, binary.result_for_residual, 4, 1e-4);
    close(trace(kernel, 4), binary.result_for_y.trace);
  });

  it('7: the step JᵀK⁻¹(y − f₀) is as long as SC and leads to the targets', async () => {
    const student = perceptron(binary);
    const f0 = outputs(student, binary.X);
    const { kernel, jacobian } = await kernelOf(student, binary.X, 1);
    const residual = binary.y.map((y, i) => y - (f0[i] ?? NaN));
    const alpha = solve(cholesky(kernel, 4), residual);
    const step = Array.from(jacobian[0] ?? [], (_, p) =>
      dot(
        alpha,
        jacobian.map((row) => row[p] ?? NaN),
      ),
    );
    close(step, binary.min_norm_delta_w, 1e-4);
    close(lengthOf(step), binary.norm_delta_w_equals_sc, 1e-4);
    close(lengthOf(step), complexity(kernel, residual).plain, 1e-6);
    close(
      f0.map((f, i) => f + dot(jacobian[i] ?? [], step)),
      binary.y,
      1e-6,
    );
  });

  it('has the fixture’s kernel of two logits, row example·d + logit, and its mean over logits', async () => {
    const student = perceptron(two);
    const f0 = outputs(student, two.X);
    close(f0, two.f0);
    const { kernel } = await kernelOf(student, two.X, 2);
    close([...kernel], two.ntk_6x6);
    const residual = flat(two.teacher_targets).map((y, i) => y - (f0[i] ?? NaN));
    close(residual, two.residual_flat);
    isResult(kernel, residual, two.result_n3, 3);
    close([...traceKernel(kernel, 2)], two.trace_ntk_3x3_mean_over_logits);
  });

  it('2: is symmetric and positive semidefinite, and that of finite differences', async () => {
    const student = perceptron(two);
    const { kernel, jacobian } = await kernelOf(student, two.X, 2);
    for (let i = 0; i < 6; i++) {
      expect(kernel[i * 7]).toBeGreaterThanOrEqual(0);
      for (let j = 0; j < 6; j++) expect(kernel[i * 6 + j]).toBe(kernel[j * 6 + i]);
      const y = [...normals(`direction ${i}`, 6)];
      expect(dot(y, times(kernel, y))).toBeGreaterThanOrEqual(-1e-9);
    }
    const differences = student.parameters().flatMap(({ variable, name }) => {
      const values = Float32Array.from(variable.dataSync());
      return Array.from(values, (_, p) => {
        const at = (by: number) => {
          student.set(
            name,
            values.map((v, index) => (index === p ? v + by : v)),
          );
          const found = outputs(student, two.X);
          student.set(name, values);
          return found;
        };
        const [plus, minus] = [at(1 / 64), at(-1 / 64)];
        return plus.map((v, row) => (v - (minus[row] ?? NaN)) * 32);
      });
    });
    const rows = jacobian.map((_, row) => differences.map((column) => column[row] ?? NaN));
    const numeric = rows.flatMap((a) => rows.map((b) => dot(a, b)));
    expect(lengthOf(numeric.map((v, i) => v - (kernel[i] ?? NaN))) / lengthOf(kernel)).toBeLessThan(1e-4);
  });

  it('9: a permutation of hidden units leaves the kernel as it is', async () => {
    const pick = <T>(list: readonly T[]) => [2, 0, 1].map((i) => list[i] as T);
    const moved = perceptron(
      { W2: pick(two.W2), b2: two.b2 },
      { W1: binary.W1.map(pick), b1: pick(binary.b1) },
    );
    const [a, b] = [await kernelOf(perceptron(two), two.X, 2), await kernelOf(moved, two.X, 2)];
    close([...b.kernel], [...a.kernel], 1e-6);
  });
});
