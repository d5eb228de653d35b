import { solve } from '../parts/solve.ts';

/** Weights of a mix of probabilities that minimise its squared error on held-out samples (baselines.md §5, `general`). */

/** Keeps the error matrix of nearly equal networks solvable. */
const RIDGE = 1e-6;

/**
 * C_ik: mean over samples of (p_i − onehot) · (p_k − onehot).
 * @param logits row-major [samples, classes] per network
 */
export function errorMatrix(logits: readonly Float32Array[], labels: Int32Array): number[][] {
  const classes = (logits[0]?.length ?? 0) / Math.max(1, labels.length);
  const errors = logits.map((each) => errorsOf(each, labels, classes));
  return errors.map((a) =>
    errors.map((b) => a.reduce((sum, value, index) => sum + value * (b[index] ?? NaN), 0) / labels.length),
  );
}

function errorsOf(logits: Float32Array, labels: Int32Array, classes: number): Float64Array {
  const errors = new Float64Array(logits.length);
  labels.forEach((label, sample) => {
    const row = logits.subarray(sample * classes, (sample + 1) * classes);
    const highest = Math.max(...row);
    const powers = Array.from(row, (value) => Math.exp(value - highest));
    const sum = powers.reduce((a, b) => a + b, 0);
    powers.forEach((power, c) => {
      errors[sample * classes + c] = power / sum - Number(c === label);
    });
  });
  return errors;
}

/** w = C⁻¹1 / (1ᵀC⁻¹1); sums to 1. @param matrix symmetric, as of {@link errorMatrix} */
export function leastErrorShares(matrix: readonly (readonly number[])[]): number[] {
  const steadied = matrix.map((row, i) => row.map((value, k) => value + (i === k ? RIDGE : 0)));
  const solved = solve(
    steadied,
    matrix.map(() => [1]),
  ).flat();
  const sum = solved.reduce((a, b) => a + b, 0);
  return solved.map((value) => value / sum);
}
