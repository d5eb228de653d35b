import { add, mul, tidy, type Scalar, type Tensor, type Variable } from '@tensorflow/tfjs-core';
import { movingAverage } from '../wasm/ema.ts';
import * as webgpu from '../webgpu/updates.ts';
import { gated, gateInput, type Gate } from './gate.ts';
import { requireSameLength } from './group.ts';
import { declareKernel } from './kernel.ts';

const kernel = declareKernel<{ target: Tensor; source: Tensor; gate?: Scalar }, { alpha: number }, Tensor[]>({
  name: 'TrainingEmaStep',
  wasm: movingAverage,
  webgpu: webgpu.movingAverage,
  // Two products rather than target + (1 − α)(source − target): α = 0 must copy the source bit by bit.
  composed: ({ target, source, gate }, { alpha }) => [
    gated(add(mul(target, alpha), mul(source, 1 - alpha)), target, gate),
  ],
});

/**
 * Exponential moving average, in place: target = alpha · target + (1 − alpha) · source.
 *
 * @param targets averages, e.g. a teacher's parameters
 * @param sources one per target, of its shape
 * @param alpha 0 ≤ alpha ≤ 1; 0 copies, 1 keeps
 * @throws RangeError if the lists differ in length
 */
export function emaStep(
  targets: readonly Variable[],
  sources: readonly Tensor[],
  alpha: number,
  gate: Gate = null,
): void {
  requireSameLength('emaStep', targets, sources);
  targets.forEach((target, i) => {
    tidy(() => {
      const [mean] = kernel({ target, source: sources[i] as Tensor, ...gateInput(gate) }, { alpha }) as [
        Tensor,
      ];
      target.assign(mean);
    });
  });
}
