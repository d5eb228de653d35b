/**
 * Which checkpoints stay: the newest ones, the best ones, and in any case the newest sound one.
 *
 * API: applyRetention(runDir, {keepLast, keepBest, better}).
 */
import { rmSync } from 'node:fs';
import { renameOver, temporaryName } from './atomicFile.ts';
import { scoreOf } from './checkpointInfo.ts';
import { listCheckpoints, verifyCheckpoint, type Checkpoint } from './checkpoints.ts';

export interface Retention {
  /** At least 1. */
  keepLast: number;
  keepBest: number;
  /** Which scores are better. */
  better: 'higher' | 'lower';
}

async function newestSound(checkpoints: Checkpoint[]): Promise<Checkpoint | null> {
  for (const checkpoint of checkpoints.toReversed()) {
    if ((await verifyCheckpoint(checkpoint)) === null) return checkpoint;
  }
  return null;
}

/** Deletes what need not stay and returns it. Of equal scores the later checkpoint is the better one. */
export async function applyRetention(
  runDir: string,
  { keepLast, keepBest, better }: Retention,
): Promise<Checkpoint[]> {
  const all = await listCheckpoints(runDir);
  const keep = new Set(all.slice(-Math.max(1, keepLast)));
  if (keepBest > 0) {
    const scored = await Promise.all(
      all.map(async (checkpoint) => ({ checkpoint, score: await scoreOf(checkpoint) })),
    );
    const sign = better === 'higher' ? 1 : -1;
    const ranked = scored
      .filter((entry): entry is { checkpoint: Checkpoint; score: number } => entry.score !== null)
      .sort((a, b) => sign * (b.score - a.score) || b.checkpoint.step - a.checkpoint.step);
    for (const { checkpoint } of ranked.slice(0, keepBest)) keep.add(checkpoint);
  }
  if (all.every((checkpoint) => keep.has(checkpoint))) return [];
  const sound = await newestSound(all);
  if (sound !== null) keep.add(sound);
  const deleted = all.filter((checkpoint) => !keep.has(checkpoint));
  for (const { path } of deleted) {
    // Renamed first, so that no reader takes a half-deleted folder for a broken checkpoint.
    const doomed = temporaryName(path);
    renameOver(path, doomed);
    rmSync(doomed, { recursive: true, force: true });
  }
  return deleted;
}
