/** How the EMA coefficient begins (dkel.md §4.2). */
export type EmaWarmup = 'keepInit' | 'overwriteFirst' | 'none';

/** α_t in φ ← α_t φ + (1 − α_t) θ. @param step 0-based optimiser step t @param beta the coefficient's ceiling β */
export function emaCoefficient(warmup: EmaWarmup, step: number, beta: number): number {
  switch (warmup) {
    case 'keepInit':
      return Math.min(1 - 1 / (step + 2), beta);
    case 'overwriteFirst':
      return Math.min(1 - 1 / (step + 1), beta);
    case 'none':
      return beta;
  }
}

/** Steps after which a weight of the average has fallen to 1/e: how far back an EMA remembers. */
export function emaMemory(beta: number): number {
  return beta >= 1 ? Infinity : 1 / (1 - beta);
}
