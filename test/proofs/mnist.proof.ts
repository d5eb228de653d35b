/**
 * The main job on real MNIST, three seeds: the best teacher head reaches 97 % on the 10,000 test images.
 *
 * npm run proof:mnist
 */
import { describe, expect, it } from 'vitest';
import { CLI, startNode, temporaryFolder } from '../support/processes.ts';

describe('the MNIST example', () => {
  it.each([1, 2, 3])('reaches 97 %% with seed %i', async (seed) => {
    const runs = await temporaryFolder(`mnist-${seed}`);
    const { code, stdout, stderr } = await startNode([
      CLI,
      '--runs',
      runs,
      'run',
      'examples/mnist-dkel.distill.yaml',
      '--json',
      '--set',
      `training.seed=${seed}`,
    ]).finished;
    expect(code, stderr).toBe(0);
    const end = JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as {
      test: Record<string, { top1: number }>;
    };
    const best = Math.max(...['teacher1', 'teacher2', 'teacher3'].map((role) => end.test[role]?.top1 ?? 0));
    console.log(`seed ${seed}: best teacher head ${(100 * best).toFixed(2)} %`);
    expect(best).toBeGreaterThanOrEqual(0.97);
  });
});
