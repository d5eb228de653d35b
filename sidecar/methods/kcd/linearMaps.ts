import { solve, type Matrix } from '../parts/solve.ts';

/** Closed-form maps of teacher channels to student channels, from features side by side (kcd.md §3.3, `linear`). */

/** aᵀb of row lists. */
export const crossProduct = (a: Matrix, b: Matrix): number[][] =>
  (a[0] ?? []).map((_, i) =>
    (b[0] ?? []).map((_unused, j) => a.reduce((sum, row, n) => sum + (row[i] ?? 0) * (b[n]?.[j] ?? 0), 0)),
  );

/**
 * (AᵀA + λI)⁻¹AᵀS: [teacher channels, student channels].
 * @param gram AᵀA of the teacher @param cross AᵀS
 */
export const ridgeMap = (gram: Matrix, cross: Matrix, lambda: number): number[][] =>
  solve(
    gram.map((row, i) => row.map((value, j) => value + (i === j ? lambda : 0))),
    cross,
  );

/** The nearest matrix with orthonormal columns (rows where it is wide): UVᵀ of the singular value decomposition of AᵀS. */
export function procrustesMap(cross: Matrix): number[][] {
  const isWide = (cross[0]?.length ?? 0) > cross.length;
  const tall = isWide ? transposed(cross) : cross.map((row) => [...row]);
  const { left, right } = singularVectors(tall);
  const rotation = left.map((row) =>
    right.map((other) => row.reduce((sum, value, k) => sum + value * (other[k] ?? 0), 0)),
  );
  return isWide ? transposed(rotation) : rotation;
}

const transposed = (matrix: Matrix): number[][] =>
  (matrix[0] ?? []).map((_, column) => matrix.map((row) => row[column] ?? 0));

const SWEEPS = 60;
const CONVERGED = 1e-15;

/** One-sided Jacobi: columns are turned until they are orthogonal. @param matrix at least as many rows as columns */
function singularVectors(matrix: number[][]): { left: number[][]; right: number[][] } {
  const columns = matrix[0]?.length ?? 0;
  const work = matrix.map((row) => [...row]);
  const right = Array.from({ length: columns }, (_, i) =>
    Array.from({ length: columns }, (_unused, j) => Number(i === j)),
  );
  const turn = (rows: number[][], p: number, q: number, cosine: number, sine: number): void => {
    for (const row of rows) {
      const [a, b] = [row[p] ?? 0, row[q] ?? 0];
      row[p] = cosine * a - sine * b;
      row[q] = sine * a + cosine * b;
    }
  };
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    let largest = 0;
    for (let p = 0; p < columns; p++)
      for (let q = p + 1; q < columns; q++) {
        let [alpha, beta, gamma] = [0, 0, 0];
        for (const row of work) {
          alpha += (row[p] ?? 0) ** 2;
          beta += (row[q] ?? 0) ** 2;
          gamma += (row[p] ?? 0) * (row[q] ?? 0);
        }
        if (gamma === 0) continue;
        largest = Math.max(largest, Math.abs(gamma) / Math.sqrt(alpha * beta));
        const zeta = (beta - alpha) / (2 * gamma);
        const tangent = Math.sign(zeta || 1) / (Math.abs(zeta) + Math.sqrt(1 + zeta ** 2));
        const cosine = 1 / Math.sqrt(1 + tangent ** 2);
        turn(work, p, q, cosine, cosine * tangent);
        turn(right, p, q, cosine, cosine * tangent);
      }
    if (largest < CONVERGED) break;
  }
  const lengths = Array.from({ length: columns }, (_, c) =>
    Math.sqrt(work.reduce((sum, row) => sum + (row[c] ?? 0) ** 2, 0)),
  );
  return {
    left: work.map((row) => row.map((value, c) => ((lengths[c] ?? 0) > 0 ? value / (lengths[c] ?? 1) : 0))),
    right,
  };
}
