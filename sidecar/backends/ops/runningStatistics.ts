import { mul, tidy, type Tensor1D, type Variable } from '@tensorflow/tfjs-core';
import { emaStep } from './ema.ts';
import type { Gate } from './gate.ts';

/** Running mean and variance of a batch norm, [C] each; not trainable. */
export interface RunningStatistics {
  readonly mean: Variable;
  readonly variance: Variable;
}

/**
 * Moves running statistics toward those of a batch, in place, as PyTorch does:
 * running = momentum · running + (1 − momentum) · batch, the batch's variance made unbiased by N / (N − 1).
 *
 * @param batch mean and biased variance as `batchNorm` returns them
 * @param count number of values per channel, N (batch · height · width), >= 2
 * @param momentum share of the old value, 0 … 1
 * @throws RangeError if count < 2: one value has no variance
 */
export function updateRunning(
  running: RunningStatistics,
  batch: { readonly mean: Tensor1D; readonly variance: Tensor1D },
  count: number,
  momentum = 0.9,
  gate: Gate = null,
): void {
  if (count < 2)
    throw new RangeError(`batch norm needs at least 2 values per channel in training, got ${count}`);
  tidy(() => {
    const unbiased = mul(batch.variance, count / (count - 1));
    emaStep([running.mean, running.variance], [batch.mean, unbiased], momentum, gate);
  });
}
