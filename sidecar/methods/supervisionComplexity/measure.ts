/**
 * Supervision complexity (supervision-complexity.md §2): how hard targets are for a kernel. Double precision, plain numbers.
 * Matrices are row-major, n × n.
 */

/** Lower triangle L of K = LLᵀ. @throws when K is not positive definite */
export function cholesky(kernel: Float64Array, n: number): Float64Array {
  const lower = new Float64Array(n * n);
  for (let i = 0; i < n; i++)
    for (let j = 0; j <= i; j++) {
      let sum = kernel[i * n + j] ?? NaN;
      for (let k = 0; k < j; k++) sum -= (lower[i * n + k] ?? NaN) * (lower[j * n + k] ?? NaN);
      if (i === j) {
        if (!(sum > 0))
          throw new RangeError('The kernel is not positive definite. Use more jitter or fewer examples.');
        lower[i * n + i] = Math.sqrt(sum);
      } else lower[i * n + j] = sum / (lower[j * n + j] ?? NaN);
    }
  return lower;
}

/** L⁻¹ y. */
export function forwardSolve(lower: Float64Array, y: ArrayLike<number>): Float64Array {
  const n = y.length;
  const solved = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    let sum = y[i] ?? NaN;
    for (let k = 0; k < i; k++) sum -= (lower[i * n + k] ?? NaN) * (solved[k] ?? NaN);
    solved[i] = sum / (lower[i * n + i] ?? NaN);
  }
  return solved;
}

/** K⁻¹ y from K's lower triangle. */
export function solve(lower: Float64Array, y: ArrayLike<number>): Float64Array {
  const n = y.length;
  const half = forwardSolve(lower, y);
  const solved = new Float64Array(n);
  for (let i = n - 1; i >= 0; i--) {
    let sum = half[i] ?? NaN;
    for (let k = i + 1; k < n; k++) sum -= (lower[k * n + i] ?? NaN) * (solved[k] ?? NaN);
    solved[i] = sum / (lower[i * n + i] ?? NaN);
  }
  return solved;
}

export const trace = (kernel: Float64Array, n: number): number => {
  let sum = 0;
  for (let i = 0; i < n; i++) sum += kernel[i * n + i] ?? NaN;
  return sum;
};

export interface Complexity {
  /** yᵀK⁻¹y. */
  readonly quadratic: number;
  /** √(yᵀK⁻¹y). */
  readonly plain: number;
  /** √(yᵀK⁻¹y · tr K) / examples: unchanged when the kernel is scaled. */
  readonly adjusted: number;
}

/**
 * @param kernel n × n, symmetric, positive semidefinite @param targets n of them
 * @param examples by which the adjusted value is divided: fewer than n where each has several outputs
 * @param jitter times the mean of the diagonal, added to the diagonal before solving; the trace stays as it is
 */
export function supervisionComplexity(
  kernel: Float64Array,
  targets: ArrayLike<number>,
  examples: number = targets.length,
  jitter = 0,
): Complexity {
  return complexities(kernel, [targets], examples, jitter)[0] as Complexity;
}

/** The same for several targets of one kernel, which is decomposed once. */
export function complexities(
  kernel: Float64Array,
  targets: readonly ArrayLike<number>[],
  examples: number,
  jitter: number,
): Complexity[] {
  const n = Math.sqrt(kernel.length);
  const whole = trace(kernel, n);
  const steadied = kernel.slice();
  for (let i = 0; i < n; i++) steadied[i * n + i] = (steadied[i * n + i] ?? NaN) + (jitter * whole) / n;
  const lower = cholesky(steadied, n);
  return targets.map((target) => {
    const quadratic = forwardSolve(lower, target).reduce((sum, value) => sum + value ** 2, 0);
    return { quadratic, plain: Math.sqrt(quadratic), adjusted: Math.sqrt(quadratic * whole) / examples };
  });
}

/** 1 up to 0, falling to 0 at γ. */
export const rampLoss = (margin: number, gamma: number): number =>
  margin <= 0 ? 1 : margin <= gamma ? 1 - margin / gamma : 0;

/**
 * Upper bound of the error of the kernel's interpolant, for two classes; recalled, so a view to learn from, not a result.
 * @param margins sign(y) · f*(x) @param kappa largest k(x, x) @param delta probability with which it may fail
 */
export function marginBound(
  margins: readonly number[],
  { plain }: Complexity,
  traceOfKernel: number,
  { gamma, kappa, delta }: { readonly gamma: number; readonly kappa: number; readonly delta: number },
): number {
  const n = margins.length;
  const loss = margins.reduce((sum, margin) => sum + rampLoss(margin, gamma), 0) / n;
  const levels = Math.max(1, Math.ceil((gamma * Math.sqrt(n)) / (2 * Math.sqrt(kappa))));
  const spread = 3 * Math.sqrt(Math.log((2 * levels) / delta) / (2 * n));
  return loss + ((2 * plain + 2) / (gamma * n)) * Math.sqrt(traceOfKernel) + spread;
}
