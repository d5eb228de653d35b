/** What the stand-in trainer writes at a step, and how fast it goes. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { RESOLVED_FILE } from '../runs.ts';

/** Exact doubles that no float holds, and now and then a number that JSON cannot carry. */
export function seriesAt(step: number): Record<string, number> {
  const odd = [NaN, Infinity, -Infinity][
    step % 51 === 0 ? 0 : step % 51 === 17 ? 1 : step % 51 === 34 ? 2 : 3
  ];
  return {
    'train/peer1/loss': Math.sin(step) / 3 + 1,
    'schedule/omega': step / 7,
    ...(step % 5 === 0 ? { 'validation/peer1/top1': 100 - 100 / step } : {}),
    ...(odd === undefined ? {} : { 'odd/value': odd }),
  };
}

/** Further series, each a function of the step. */
export function extraSeriesAt(step: number, count: number): Record<string, number> {
  return Object.fromEntries(
    Array.from({ length: count }, (_, index) => [`extra/${index}`, Math.cos(step + index)]),
  );
}

const settingsSchema = z.object({
  stepMs: z.number().default(5),
  checkpointEvery: z.int().default(25),
  crashAtStart: z.boolean().default(false),
  /** How many more series there are at every step: a heavy run in few steps. */
  extraSeries: z.int().default(0),
});
export type StandInSettings = z.output<typeof settingsSchema>;

/** The run's `resolved.yaml`, which for the stand-in is JSON. */
export function settingsOf(runDir: string): StandInSettings {
  return settingsSchema.parse(JSON.parse(readFileSync(join(runDir, RESOLVED_FILE), 'utf8')));
}

/** All points of a run up to a step, by tag. */
export function expectedSeries(lastStep: number): Record<string, { steps: number[]; values: number[] }> {
  const expected: Record<string, { steps: number[]; values: number[] }> = {};
  for (let step = 1; step <= lastStep; step++) {
    for (const [tag, value] of Object.entries(seriesAt(step))) {
      const points = (expected[tag] ??= { steps: [], values: [] });
      points.steps.push(step);
      points.values.push(value);
    }
  }
  return expected;
}
