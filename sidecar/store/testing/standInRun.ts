/** Making and starting runs of the stand-in trainer. */
import { spawn, type ChildProcess } from 'node:child_process';
import { createRun } from '../runs.ts';
import { sampleRun } from './sampleRun.ts';
import type { StandInSettings } from './standInSeries.ts';

export const STAND_IN_TRAINER = new URL('standInTrainer.ts', import.meta.url);

export function createStandInRun(
  runsFolder: string,
  totalSteps: number,
  settings: Partial<StandInSettings> = {},
): { runDir: string; id: string } {
  const { runDir, record } = createRun(runsFolder, {
    ...sampleRun,
    resolvedYaml: JSON.stringify(settings),
    record: { ...sampleRun.record, totalSteps },
  });
  return { runDir, id: record.id };
}

/** `trainer` is the bundled stand-in. */
export function startStandIn(trainer: string, runDir: string): ChildProcess {
  return spawn(process.execPath, [trainer, runDir], { stdio: ['ignore', 'ignore', 'inherit'] });
}
