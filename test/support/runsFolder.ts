import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runRecordSchema, type RunRecord } from '../../sidecar/protocol/runRecord.ts';
import { until } from './wait.ts';

/** Names of the runs in a runs folder, oldest first. */
export const runNames = (runs: string): string[] =>
  existsSync(runs)
    ? readdirSync(runs)
        .filter((name) => !name.startsWith('.'))
        .sort()
    : [];

export const recordOf = (runs: string, run: string): RunRecord =>
  runRecordSchema.parse(JSON.parse(readFileSync(join(runs, run, 'run.json'), 'utf8')));

/** The run that appears in a folder; waits for its record too. */
export async function newRun(runs: string, known: readonly string[] = []): Promise<string> {
  const names = await until(
    () => runNames(runs).filter((name) => !known.includes(name) && existsSync(join(runs, name, 'run.json'))),
    (fresh) => fresh.length > 0,
  );
  return names[0] ?? '';
}

export const untilStatus = (
  runs: string,
  run: string,
  status: RunRecord['status'],
  ms?: number,
): Promise<string> =>
  until(
    () => recordOf(runs, run).status,
    (now) => now === status,
    ms,
  );
