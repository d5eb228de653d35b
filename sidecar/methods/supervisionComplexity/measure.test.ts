import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { close, lengthOf } from '../testing.ts';
import {
  cholesky,
  forwardSolve,
  marginBound,
  rampLoss,
  solve,
  supervisionComplexity as complexity,
  trace,
} from './measure.ts';
import { dot, hasEigenvalues, isResult, matrix, numbers, times } from './testing.ts';

/** Symmetric and positive definite, n × n, from the entries of a square matrix. */
const kernelFrom = (entries: readonly number[], n: number, jitter = 0.1): Float64Array =>
  Float64Array.from({ length: n * n }, (_, at) => {
    const [i, j] = [Math.floor(at / n), at % n];
    return dot(entries.slice(i * n, i * n + n), entries.slice(j * n, j * n + n)) + (i === j ? jitter : 0);
  });
const N = 4;
const reals = (length: number) =>
  fc.array(fc.double({ min: -2, max: 2, noNaN: true }), { minLength: length, maxLength: length });
const kernels = reals(N * N).map((entries) => kernelFrom(entries, N));
const targets = reals(N).filter((y) => lengthOf(y) > 0.01);

describe('supervision complexity', () => {
  const given = numbers.kernel_3x3;
  const K = matrix(given.K);

  it('has the fixture’s numbers for a kernel of three', () => {
    close([...cholesky(K, 3)], given.cholesky_L);
    hasEigenvalues(K, given.eigenvalues, 1e-4);
    const lower = cholesky(K, 3);
    close([...solve(lower, given.y_a)], given.alpha_a);
    close([...solve(lower, given.y_b)], given.alpha_b);
    close(dot(forwardSolve(lower, given.y_a), forwardSolve(lower, given.y_a)), given.result_a.quad);
    isResult(K, given.y_a, given.result_a);
    isResult(K, given.y_b, given.result_b);
    isResult(
      K.map((v) => 3 * v),
      given.y_a,
      given.scaled_kernel_3K_result_a,
    );
    isResult(
      K,
      given.y_a.map((v) => v / 2),
      given.scaled_target_half_y_result_a,
    );
    isResult(matrix([1, 0, 0, 0, 1, 0, 0, 0, 1]), given.y_a, given.identity_kernel_result);
    const { k_row: row, f_star } = given.prediction_at_query_kernel_row;
    close(dot(row, solve(lower, given.y_a)), f_star);
  });

  it('1: ASC forgets the kernel’s scale, SC goes with 1/√c, and ASC(a·y) = |a|·ASC(y)', () => {
    fc.assert(
      fc.property(kernels, targets, fc.double({ min: 0.01, max: 100, noNaN: true }), (kernel, y, c) => {
        const [before, after] = [
          complexity(kernel, y),
          complexity(
            kernel.map((v) => c * v),
            y,
          ),
        ];
        close(after.adjusted / before.adjusted, 1, 1e-8);
        close((after.plain * Math.sqrt(c)) / before.plain, 1, 1e-8);
        close(
          complexity(
            kernel,
            y.map((v) => -c * v),
          ).adjusted /
            (c * before.adjusted),
          1,
          1e-8,
        );
      }),
    );
  });

  it('3: with the identity and targets ±1, SC = √n and ASC = 1 exactly', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(-1, 1), { minLength: 1, maxLength: 9 }), (y) => {
        const n = y.length;
        const found = complexity(
          Float64Array.from({ length: n * n }, (_, at) => Number(at % (n + 1) === 0)),
          y,
        );
        expect(found.plain).toBe(Math.sqrt(n));
        expect(found.adjusted).toBe(1);
      }),
    );
  });

  it('4: ASC lies between its bounds by the largest and smallest eigenvalue, hence above ‖y‖/n', () => {
    const [least = NaN, , most = NaN] = given.eigenvalues;
    const bound = (eigenvalue: number) => (lengthOf(given.y_a) / 3) * Math.sqrt(trace(K, 3) / eigenvalue);
    close([bound(most), bound(least)], [given.lower_bound_adjusted_a, given.upper_bound_adjusted_a]);
    expect(given.result_a.adjusted).toBeGreaterThan(bound(most));
    expect(given.result_a.adjusted).toBeLessThan(bound(least));
    fc.assert(
      fc.property(kernels, targets, (kernel, y) => {
        // Powers of the kernel and of its inverse lead to the eigenvectors of the largest and the smallest.
        const lower = cholesky(kernel, N);
        let [up, down] = [
          [1, 0.9, 1.1, 0.8],
          [1, 0.9, 1.1, 0.8],
        ];
        const unit = (v: number[]) => v.map((x) => x / lengthOf(v));
        for (let i = 0; i < 300; i++) [up, down] = [unit(times(kernel, up)), unit([...solve(lower, down)])];
        const [largest, smallest] = [dot(up, times(kernel, up)), dot(down, times(kernel, down))];
        const { adjusted } = complexity(kernel, y);
        const at = (eigenvalue: number) => (lengthOf(y) / N) * Math.sqrt(trace(kernel, N) / eigenvalue);
        expect(adjusted).toBeGreaterThanOrEqual(at(trace(kernel, N)) * (1 - 1e-9));
        expect(adjusted).toBeGreaterThanOrEqual(lengthOf(y) / N - 1e-9);
        expect(adjusted).toBeGreaterThanOrEqual(at(largest) * 0.98);
        expect(adjusted).toBeLessThanOrEqual(at(smallest) * 1.02);
      }),
    );
  });

  it('5: (yᵀKy)(yᵀK⁻¹y) ≥ ‖y‖⁴', () => {
    const binary = matrix(numbers.tiny_mlp_binary.ntk);
    const { y, yKy, yKinvy, norm4, kernel_alignment } = numbers.alignment;
    close([dot(y, times(binary, y)), complexity(binary, y).quadratic], [yKy, yKinvy], 2e-4);
    close(
      [lengthOf(y) ** 4, dot(y, times(binary, y)) / (lengthOf(y) ** 2 * lengthOf(binary))],
      [norm4, kernel_alignment],
    );
    fc.assert(
      fc.property(kernels, targets, (kernel, target) => {
        const product = dot(target, times(kernel, target)) * complexity(kernel, target).quadratic;
        expect(product).toBeGreaterThanOrEqual(lengthOf(target) ** 4 * (1 - 1e-9));
      }),
    );
  });

  it('6: SC(y₁ + y₂) ≤ SC(y₁) + SC(y₂), and more examples never lower SC', () => {
    fc.assert(
      fc.property(kernels, targets, targets, (kernel, a, b) => {
        const sc = (y: readonly number[]) => complexity(kernel, y).plain;
        expect(sc(a.map((v, i) => v + (b[i] ?? NaN)))).toBeLessThanOrEqual((sc(a) + sc(b)) * (1 + 1e-9));
        const fewer = Float64Array.from(
          { length: 9 },
          (_, at) => kernel[Math.floor(at / 3) * N + (at % 3)] ?? NaN,
        );
        expect(complexity(fewer, a.slice(0, 3)).plain).toBeLessThanOrEqual(sc(a) * (1 + 1e-9));
      }),
    );
  });

  it('8: ASC of logits goes exactly with 1/τ; of the fixture’s probabilities it falls with τ', () => {
    const kernel = matrix(numbers.tiny_mlp_binary.ntk);
    const { teacher_binary_logit: logits, rows } = numbers.temperature;
    const ofProbabilities = rows.map(({ tau, prob_targets, adjusted_prob, adjusted_logit }) => {
      const targetsAt = logits.map((g) => 2 / (1 + Math.exp(-g / tau)) - 1);
      close(targetsAt, prob_targets);
      const [found, ofLogits] = [targetsAt, logits.map((g) => g / tau)].map(
        (y) => complexity(kernel, y).adjusted,
      );
      // The kernel of the fixture has six digits, and its smallest eigenvalue is 0.046.
      close([found, ofLogits], [adjusted_prob, adjusted_logit], 5e-4);
      close(((ofLogits ?? NaN) * tau) / complexity(kernel, logits).adjusted, 1, 1e-12);
      return found ?? NaN;
    });
    expect(ofProbabilities).toEqual([...ofProbabilities].sort((a, b) => b - a));
    expect(new Set(ofProbabilities).size).toBe(rows.length);
  });

  it('9: the order of examples, with their targets, is no matter', () => {
    fc.assert(
      fc.property(
        kernels,
        targets,
        fc.shuffledSubarray([0, 1, 2, 3], { minLength: 4 }),
        (kernel, y, order) => {
          const moved = Float64Array.from(
            { length: N * N },
            (_, at) => kernel[(order[Math.floor(at / N)] ?? 0) * N + (order[at % N] ?? 0)] ?? NaN,
          );
          const [a, b] = [
            complexity(kernel, y),
            complexity(
              moved,
              order.map((i) => y[i] ?? NaN),
            ),
          ];
          close([b.plain / a.plain, b.adjusted / a.adjusted], [1, 1], 1e-8);
        },
      ),
    );
  });

  it('bounds by the ramp of the margin, and refuses what is not positive definite', () => {
    const { gamma, margin, phi } = numbers.ramp_loss;
    close(
      margin.map((m) => rampLoss(m, gamma)),
      phi,
      1e-9,
    );
    expect(() => complexity(matrix([1, 2, 2, 1]), [1, 1])).toThrow(/not positive definite/u);
    expect(complexity(matrix([1, 1, 1, 1]), [1, 1], 2, 1e-6).adjusted).toBeCloseTo(Math.sqrt(2) / 2, 5);
    const bound = (deltaAt: number) =>
      marginBound([0.1, 0.9], complexity(matrix([1, 0, 0, 1]), [1, 1]), 2, {
        gamma,
        kappa: 1,
        delta: deltaAt,
      });
    const terms = (0.8 + 0) / 2 + ((2 * Math.SQRT2 + 2) / (gamma * 2)) * Math.SQRT2;
    close(bound(0.05), terms + 3 * Math.sqrt(Math.log(2 / 0.05) / 4), 1e-9);
    expect(bound(0.01)).toBeGreaterThan(bound(0.05));
  });
});
