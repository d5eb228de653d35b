/** A run as it is now, for whoever was given its name. API: findRun(watcher, id), FoundRun, wrongState. */
import { ProtocolError } from '../protocol/errors.ts';
import type { RunSummary } from '../protocol/runSummary.ts';
import type { WatchedRun } from './watchedRun.ts';
import type { RunWatcher } from './watcher.ts';

export interface FoundRun {
  run: WatchedRun;
  summary: RunSummary;
}

/** @throws ProtocolError `run-not-found`. */
export async function findRun(watcher: RunWatcher, id: string): Promise<FoundRun> {
  const run = await watcher.look(id);
  const summary = run?.summary();
  if (run !== undefined && summary) return { run, summary };
  throw new ProtocolError('run-not-found', `There is no run ${id} in this runs folder.`, 'List the runs.');
}

export function wrongState(
  { record, liveness }: RunSummary,
  cannot: string,
  next = 'Look at its state first.',
): ProtocolError {
  const is = liveness === 'lost' ? 'lost' : record.status;
  return new ProtocolError('wrong-state', `The run ${record.id} is ${is} and ${cannot}.`, next);
}
