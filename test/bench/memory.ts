import { memory } from '@tensorflow/tfjs-core';
import type { Step } from './step.ts';

/** What many steps leave behind. */
export interface MemoryResult {
  readonly steps: number;
  /** Tensors after the first steps and at the end: must be the same. */
  readonly tensors: readonly [number, number];
  /** Resident memory of the process after the first steps and at the end, in bytes. */
  readonly resident: readonly [number, number];
  /** Growth of the resident memory, as a share. */
  readonly growth: number;
}

/** Steps after which every buffer has been allotted and the size of the JavaScript heap has settled. */
const SETTLING = 400;

/** Takes many steps and compares tensors and resident memory before and after. */
export function watchMemory(step: Step, steps: number): MemoryResult {
  for (let i = 0; i < SETTLING; i++) step();
  const before = { tensors: memory().numTensors, resident: process.memoryUsage().rss };
  for (let i = 0; i < steps; i++) step();
  const after = { tensors: memory().numTensors, resident: process.memoryUsage().rss };
  return {
    steps,
    tensors: [before.tensors, after.tensors],
    resident: [before.resident, after.resident],
    growth: after.resident / before.resident - 1,
  };
}
