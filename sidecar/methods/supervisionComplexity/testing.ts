import { close, fixture, flat, lengthOf } from '../testing.ts';
import { cholesky, solve, supervisionComplexity as complexity, trace } from './measure.ts';

/** What tests of the measure and of the kernel share. */

export interface Result {
  quad: number;
  sc: number;
  trace: number;
  adjusted: number;
}
export interface Perceptron {
  W1: number[][];
  b1: number[];
  W2: number[][];
  b2: number[];
  X: number[][];
}
/** Of the specification. */
export const numbers = fixture('supervision-complexity') as {
  kernel_3x3: Record<'K' | 'cholesky_L', number[][]> &
    Record<'eigenvalues' | 'y_a' | 'alpha_a' | 'y_b' | 'alpha_b', number[]> &
    Record<
      | 'result_a'
      | 'result_b'
      | 'scaled_kernel_3K_result_a'
      | 'scaled_target_half_y_result_a'
      | 'identity_kernel_result',
      Result
    > & {
      lower_bound_adjusted_a: number;
      upper_bound_adjusted_a: number;
      prediction_at_query_kernel_row: { k_row: number[]; f_star: number };
    };
  tiny_mlp_binary: Perceptron &
    Record<'f0' | 'y' | 'residual' | 'ntk_eigenvalues' | 'min_norm_delta_w', number[]> & {
      jacobian: number[][];
      ntk: number[][];
      result_for_y: Result;
      result_for_residual: Result;
      norm_delta_w_equals_sc: number;
    };
  tiny_mlp_two_logits: Pick<Perceptron, 'W2' | 'b2' | 'X'> & {
    f0: number[][];
    ntk_6x6: number[][];
    teacher_targets: number[][];
    residual_flat: number[];
    result_n3: Result;
    trace_ntk_3x3_mean_over_logits: number[][];
  };
  temperature: {
    teacher_binary_logit: number[];
    rows: { tau: number; prob_targets: number[]; adjusted_prob: number; adjusted_logit: number }[];
  };
  ramp_loss: { gamma: number; margin: number[]; phi: number[] };
  alignment: { y: number[]; yKy: number; yKinvy: number; norm4: number; kernel_alignment: number };
};
/** Row-major, whatever its nesting. */
export const matrix = (values: unknown): Float64Array => Float64Array.from(flat(values));
/** Σ aᵢbᵢ. */
export const dot = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Array.from(a).reduce((sum, value, index) => sum + value * (b[index] ?? NaN), 0);
/** K y. */
export const times = (kernel: Float64Array, y: readonly number[]): number[] =>
  y.map((_, i) => dot(kernel.subarray(i * y.length, (i + 1) * y.length), y));
/** Fails unless the measure is the fixture’s. */
export const isResult = (
  kernel: Float64Array,
  y: readonly number[],
  expected: Result,
  examples = y.length,
  tolerance = 2e-5,
): void => {
  const { quadratic, plain, adjusted } = complexity(kernel, y, examples);
  close([quadratic, plain, adjusted], [expected.quad, expected.sc, expected.adjusted], tolerance);
  close(trace(kernel, y.length), expected.trace);
};
/** The sums of powers −1, 1 and 2 and the product determine up to four eigenvalues. */
export const hasEigenvalues = (
  kernel: Float64Array,
  expected: readonly number[],
  tolerance: number,
): void => {
  const n = expected.length;
  const lower = cholesky(kernel, n);
  const inverse = expected.reduce(
    (sum, _, i) =>
      sum +
      (solve(
        lower,
        expected.map((_u, j) => Number(i === j)),
      )[i] ?? NaN),
    0,
  );
  const determinant = expected.reduce((product, _, i) => product * (lower[i * n + i] ?? NaN) ** 2, 1);
  const sum = (power: number) => expected.reduce((total, value) => total + value ** power, 0);
  close([trace(kernel, n), lengthOf(kernel) ** 2], [sum(1), sum(2)], tolerance);
  close(
    determinant,
    expected.reduce((a, b) => a * b),
    tolerance,
  );
  close(inverse / sum(-1), 1, tolerance);
};
