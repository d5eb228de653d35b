/**
 * How alike networks have become (dkel.md §9). Probabilities are row-major [samples, classes].
 */
export interface PairGap {
  /** Mean over samples of ‖p − q‖₂, 0…√2. */
  readonly distance: number;
  /** Mean over samples of KL(q ‖ p) in nats; q is the second argument (the teacher). */
  readonly kl: number;
  /** Share of samples on which the two predict different classes. */
  readonly disagreement: number;
}

export function pairGap(p: Float64Array, q: Float64Array, classes: number): PairGap {
  const samples = p.length / classes;
  let [distance, kl, disagreement] = [0, 0, 0];
  for (let row = 0; row < p.length; row += classes) {
    let squares = 0;
    let [bestP, bestQ] = [0, 0];
    for (let c = 0; c < classes; c++) {
      const [a, b] = [p[row + c] ?? NaN, q[row + c] ?? NaN];
      squares += (a - b) ** 2;
      if (b > 0) kl += b * (Math.log(b) - Math.log(Math.max(a, Number.MIN_VALUE)));
      if (a > (p[row + bestP] ?? NaN)) bestP = c;
      if (b > (q[row + bestQ] ?? NaN)) bestQ = c;
    }
    distance += Math.sqrt(squares);
    disagreement += Number(bestP !== bestQ);
  }
  return { distance: distance / samples, kl: kl / samples, disagreement: disagreement / samples };
}

const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

export interface Homogenization {
  /** Mean distance over all pairs of peers. */
  readonly peers: number;
  readonly gap: number;
  readonly gapKl: number;
  readonly disagreement: number;
  /** 1 − gap/√2: 1 when student and teacher predict alike. */
  readonly homogenization: number;
}

/** Measures of what there is: those of peers where there are several, those of the gap where there are teachers. */
export function homogenization(
  peers: readonly Float64Array[],
  pairs: readonly (readonly [student: Float64Array, teacher: Float64Array])[],
  classes: number,
): Partial<Homogenization> {
  const between = peers.flatMap((p, i) => peers.slice(i + 1).map((q) => pairGap(p, q, classes).distance));
  const gaps = pairs.map(([student, teacher]) => pairGap(student, teacher, classes));
  const gap = mean(gaps.map(({ distance }) => distance));
  return {
    ...(between.length > 0 && { peers: mean(between) }),
    ...(gaps.length > 0 && {
      gap,
      gapKl: mean(gaps.map(({ kl }) => kl)),
      disagreement: mean(gaps.map(({ disagreement }) => disagreement)),
      homogenization: 1 - gap / Math.SQRT2,
    }),
  };
}

export interface WeightGap {
  /** ‖θ − φ‖₂ / ‖θ‖₂. */
  readonly distance: number;
  /** Cosine between θ − θ₀ and φ − θ₀; NaN while one of them has not moved. */
  readonly cosine: number;
}

/** @param triples student, teacher and initial values, tensor by tensor */
export function weightGap(
  triples: Iterable<readonly [student: Float32Array, teacher: Float32Array, initial: Float32Array]>,
): WeightGap {
  let [difference, norm, dot, student2, teacher2] = [0, 0, 0, 0, 0];
  for (const [student, teacher, initial] of triples)
    for (let index = 0; index < student.length; index++) {
      const [s, t, i] = [student[index] ?? NaN, teacher[index] ?? NaN, initial[index] ?? NaN];
      difference += (s - t) ** 2;
      norm += s * s;
      dot += (s - i) * (t - i);
      student2 += (s - i) ** 2;
      teacher2 += (t - i) ** 2;
    }
  return { distance: Math.sqrt(difference / norm), cosine: dot / Math.sqrt(student2 * teacher2) };
}
