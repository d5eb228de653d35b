import { setImmediate } from 'node:timers/promises';
import { memory } from '@tensorflow/tfjs-core';
import type { Step } from './step.ts';

/** What many steps leave behind. */
export interface MemoryResult {
  readonly steps: number;
  /** Tensors after the first steps and at the end: must be the same. */
  readonly tensors: readonly [number, number];
  /** Median resident memory over the first and the last fifth of the steps, in bytes. */
  readonly resident: readonly [number, number];
  /** Growth of the resident memory, as a share. */
  readonly growth: number;
}

/** Steps after which every buffer has been allotted and the size of the JavaScript heap has settled. */
const SETTLING = 400;

/**
 * Takes many steps and compares tensors and resident memory at their beginning and end. Medians of many readings, since
 * a garbage-collected heap is a saw: two single readings compare where in a tooth they fell. Yields between steps, as the
 * training loop does, so that the collector gets its turn.
 */
export async function watchMemory(step: Step, steps: number): Promise<MemoryResult> {
  for (let i = 0; i < SETTLING; i++) await run(step);
  const tensorsBefore = memory().numTensors;
  const resident: number[] = [];
  for (let i = 0; i < steps; i++) {
    await run(step);
    resident.push(process.memoryUsage.rss());
  }
  const fifth = Math.ceil(steps / 5);
  const [first, last] = [median(resident.slice(0, fifth)), median(resident.slice(-fifth))];
  return {
    steps,
    tensors: [tensorsBefore, memory().numTensors],
    resident: [first, last],
    growth: last / first - 1,
  };
}

async function run(step: Step): Promise<void> {
  step();
  await setImmediate();
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
