import { memory } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { prepareBackend } from '../../sidecar/backends/prepare.ts';
import { Network } from '../../sidecar/models/network.ts';
import { ourStep } from './ourStep.ts';
import { median } from './step.ts';
import { stockStep } from './stockStep.ts';
import { makeBatch, resnet8 } from './task.ts';

describe('the sides of the benchmark', () => {
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

  it('are, on our side, the same bit for bit from run to run', async () => {
    await prepareBackend('wasm', { env: {} });
    const train = (): number[][] => {
      const network = new Network('benchmark', resnet8, { seed: 1 });
      const step = ourStep(network, makeBatch());
      const losses = [step(), step(), step()];
      return [losses, ...network.declarations.map(({ name }) => [...network.variable(name).dataSync()])];
    };
    expect(train()).toEqual(train());
  });

  it('are compared by the median', () => {
    expect(median([5, 1, 100, 2, 3])).toBe(3);
  });
});
