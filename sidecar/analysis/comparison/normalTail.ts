/**
 * 1 − erf(x) for x ≥ 0, to about fourteen digits: the series of erf near 0, where nothing cancels, the continued fraction
 * (Abramowitz & Stegun 7.1.14) beyond.
 */
export function complementaryErrorFunction(x: number): number {
  if (x < 2) {
    let term = x;
    let sum = x;
    for (let n = 1; Math.abs(term) > 1e-17 * Math.abs(sum); n++) {
      term *= (-x * x) / n;
      sum += term / (2 * n + 1);
    }
    return 1 - (2 / Math.sqrt(Math.PI)) * sum;
  }
  // From its far end back: sixty levels are more than double precision asks for.
  let fraction = 0;
  for (let level = 60; level >= 1; level--) fraction = level / 2 / (x + fraction);
  return Math.exp(-x * x) / (Math.sqrt(Math.PI) * (x + fraction));
}

/** P(χ² with one degree of freedom ≥ x). */
export const chiSquareTail = (x: number): number => complementaryErrorFunction(Math.sqrt(x / 2));
