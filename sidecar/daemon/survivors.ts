/**
 * Trainers of this machine that hold a run and give no sign of life: stopped, or hanging with all their threads. They are
 * shown, and ended only when somebody asks for it. A run is taken from one by resuming it.
 *
 * API: listSurvivors(runs), endSurvivor(run, pid).
 */
import { setTimeout as pause } from 'node:timers/promises';
import { ProtocolError } from '../protocol/errors.ts';
import type { RequestResult } from '../protocol/messages.ts';
import { setWanted } from '../store/control.ts';
import { holderLives, readLease, type LeaseRecord } from '../store/leaseFile.ts';
import type { WatchedRun } from './watchedRun.ts';

type Survivor = RequestResult<'system/survivors'>['survivors'][number];

const LOOK_EVERY_MS = 100;
/** How long each wish may take. A trainer that makes its checkpoint beats meanwhile, and is no survivor any more. */
const PATIENCE_MS = { ended: 3_000, terminated: 5_000, killed: 5_000 } as const;

export function listSurvivors(runs: readonly WatchedRun[]): Survivor[] {
  return runs.flatMap((run) => {
    const summary = run.summary();
    const { lease } = run;
    if (summary?.liveness !== 'lost' || lease === null || lease.released || !holderLives(lease)) return [];
    return [{ run: run.id, pid: lease.pid, beatAge: summary.beatAge ?? 0 }];
  });
}

/**
 * Asks, then signals, then kills, and looks before each step whether it is still the same process. What the run then is,
 * its own files say: ended if it had time to write so, else lost.
 * @throws ProtocolError `wrong-state` when `pid` is no survivor of this run, or cannot be ended
 */
export async function endSurvivor(
  run: WatchedRun,
  pid: number,
): Promise<RequestResult<'system/endSurvivor'>> {
  await run.refresh();
  const { lease } = run;
  if (lease === null || listSurvivors([run])[0]?.pid !== pid)
    throw new ProtocolError(
      'wrong-state',
      `Process ${pid} is no silent trainer of ${run.id}.`,
      'Ask for the survivors again.',
    );
  setWanted(run.runDir, 'stop', 'daemon');
  if (await gone(lease, PATIENCE_MS.ended)) return { how: 'ended' };
  for (const [how, signal] of [
    ['terminated', 'SIGTERM'],
    ['killed', 'SIGKILL'],
  ] as const) {
    if (await beats(run, lease))
      throw new ProtocolError(
        'wrong-state',
        `Process ${pid} gives signs of life again; it was asked to stop, and not signalled.`,
        'Look at the run: it makes its checkpoint and ends.',
      );
    if (!holderLives(lease)) return { how: 'ended' };
    process.kill(pid, signal);
    if (await gone(lease, PATIENCE_MS[how])) return { how };
  }
  throw new ProtocolError(
    'wrong-state',
    `Process ${pid} does not end: the system keeps it.`,
    'It may wait for a disk or a device; try again later.',
  );
}

async function gone(lease: LeaseRecord, patienceMs: number): Promise<boolean> {
  const deadline = Date.now() + patienceMs;
  while (Date.now() < deadline) {
    if (!holderLives(lease)) return true;
    await pause(LOOK_EVERY_MS);
  }
  return false;
}

async function beats(run: WatchedRun, before: LeaseRecord): Promise<boolean> {
  const now = await readLease(run.runDir);
  return now !== null && now.beat !== before.beat;
}
