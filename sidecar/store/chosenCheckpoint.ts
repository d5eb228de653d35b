/**
 * The checkpoint that somebody names. API: chosenCheckpoint(runDir, at).
 */
import { listCheckpoints, type Checkpoint } from './checkpoints.ts';
import { StoreError } from './errors.ts';
import { readRun } from './runs.ts';

/**
 * @param at a step, `last`, or `best`: by the headline metric, or the last where none was measured
 * @throws StoreError `no-checkpoint` when the run does not have it (any more)
 */
export async function chosenCheckpoint(runDir: string, at: number | 'best' | 'last'): Promise<Checkpoint> {
  const all = await listCheckpoints(runDir);
  const record = await readRun(runDir);
  const last = all.at(-1)?.step;
  const step = at === 'last' ? last : at === 'best' ? (record.best?.step ?? last) : at;
  const found = all.find((checkpoint) => checkpoint.step === step);
  if (found) return found;
  const steps = all.map((checkpoint) => checkpoint.step).join(', ');
  throw new StoreError(
    'no-checkpoint',
    `${record.id} has no checkpoint ${at}. It has ${steps === '' ? 'none' : `those of steps ${steps}`}.`,
    steps === '' ? 'Choose another run.' : 'Choose one of those that it has.',
  );
}
