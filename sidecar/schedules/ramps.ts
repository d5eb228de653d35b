/** How the distillation weight ω rises (dkel.md §5.1). `released` divides by ω_max where the description means A. */
export type RampShape = 'reference' | 'released' | 'none';

/**
 * Ramp-up weight ω(e) = ω_max · exp(−5 (1 − e/A)²) for e ≤ A, ω_max afterwards.
 * @param epoch 0-based epoch e @param omegaMax final weight ω_max @param length A, in epochs
 */
export function rampUp(shape: RampShape, epoch: number, omegaMax: number, length: number): number {
  // Without a final weight there is nothing to ramp, and the released divisor would be 0.
  if (shape === 'none' || epoch > length || omegaMax === 0) return omegaMax;
  const divisor = shape === 'released' ? omegaMax : length;
  return omegaMax * Math.exp(-5 * (1 - epoch / divisor) ** 2);
}

/**
 * Decaying ensemble weight λ(e) = exp(−γ e), exactly 0 once it is ≤ cutoff (dkel.md §5.2).
 * @param rate γ per epoch; a cutoff of 0 switches the cut off
 */
export function decay(epoch: number, rate: number, cutoff: number): number {
  const value = Math.exp(-rate * epoch);
  return value <= cutoff ? 0 : value;
}
