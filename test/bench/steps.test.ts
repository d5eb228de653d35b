import { memory } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { prepareBackend } from '../../sidecar/backends/prepare.ts';
import { Network } from '../../sidecar/models/network.ts';
import { ourStep } from './ourStep.ts';
import { median } from './step.ts';
import { stockStep } from './stockStep.ts';
import { makeBatch, resnet8 } from './task.ts';

describe('the two sides of the benchmark', () => {
  it('train the same network alike, without leaving tensors behind', async () => {
    await prepareBackend('wasm', { env: {} });
    const network = new Network('benchmark', resnet8, { seed: 1 });
    const batch = makeBatch();
    const [stock, ours] = [stockStep(network, batch), ourStep(network, batch)];
    const losses = [stock(), ours()] as const;
    expect(losses[1]).toBeCloseTo(losses[0], 5);
    const { numTensors } = memory();
    const next = [stock(), ours()] as const;
    // Only ours decays weights.
    expect(next[1]).toBeCloseTo(next[0], 3);
    expect(next[0]).toBeLessThan(losses[0]);
    expect(memory().numTensors).toBe(numTensors);
  });

  it('are compared by the median', () => {
    expect(median([5, 1, 100, 2, 3])).toBe(3);
  });
});
