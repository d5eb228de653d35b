/** Stops everything in a runs folder before its daemon ends. API: stopAll(watcher, queue). */
import { setTimeout as pause } from 'node:timers/promises';
import type { RequestResult } from '../protocol/messages.ts';
import { setWanted } from '../store/control.ts';
import { StoreError } from '../store/errors.ts';
import type { RunQueue } from './queue.ts';
import { settle } from './settle.ts';
import type { WatchedRun } from './watchedRun.ts';
import type { RunWatcher } from './watcher.ts';

const LOOK_EVERY_MS = 100;
/** A step and a checkpoint of a large network on a slow machine. */
const PATIENCE_MS = 60_000;

/**
 * Queued runs become stopped, live ones are asked to make a checkpoint and stop, and are waited for; none is killed. The
 * queue must have ended: nothing new begins.
 */
export async function stopAll(
  watcher: RunWatcher,
  queue: RunQueue,
  patienceMs = PATIENCE_MS,
): Promise<RequestResult<'system/shutdown'>> {
  const isOpen = ({ id }: WatchedRun): boolean => {
    const liveness = watcher.get(id)?.summary()?.liveness;
    return liveness === 'live' || liveness === 'queued';
  };
  const open = watcher.runs().filter(isOpen);
  const deadline = Date.now() + patienceMs;
  for (;;) {
    const still = open.filter(isOpen);
    if (still.length === 0 || Date.now() >= deadline)
      return {
        stopped: open.filter((run) => !still.includes(run)).map(({ id }) => id),
        stillRunning: still.map(({ id }) => id),
      };
    for (const run of still) {
      await stop(run, queue);
      await watcher.look(run.id);
    }
    await pause(LOOK_EVERY_MS);
  }
}

async function stop(run: WatchedRun, queue: RunQueue): Promise<void> {
  const summary = run.summary();
  if (summary?.liveness === 'live') {
    // A trainer that has just begun wants itself to run, so it is asked again.
    if (summary.want !== 'stop') setWanted(run.runDir, 'stop', 'daemon');
    return;
  }
  if (summary?.liveness !== 'queued' || queue.isStarting(run.id)) return;
  try {
    await settle(run.runDir, ({ status }) =>
      status === 'queued' ? { status: 'stopped', endedAt: new Date().toISOString() } : null,
    );
  } catch (error) {
    // Somebody has just begun with it: it will be live.
    if (!(error instanceof StoreError && error.code === 'lease-held')) throw error;
  }
}
