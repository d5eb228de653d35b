import type { OnProgress } from '../datasets/decodeImages.ts';
import type { RunRecord } from '../protocol/runRecord.ts';
import type { RunFiles } from './runFiles.ts';

/** The record is a file that is synchronised to the disk. */
const TELL_EVERY_MS = 500;

/** Tells in the record and the log how far reading the data is. */
export function tellPreparation(files: RunFiles, log: (line: string) => void): OnProgress {
  let [told, tenth] = [-Infinity, 0];
  return ({ what, done, total }) => {
    const now = performance.now();
    if (done < total && now - told < TELL_EVERY_MS) return;
    told = now;
    files.update({ preparation: { what, done, total } satisfies RunRecord['preparation'] });
    const reached = Math.floor((10 * done) / total);
    if (reached > tenth) log(`${what} ${done} of ${total} images`);
    tenth = reached;
  };
}

/**
 * A run goes on only with the data that it began with.
 * @returns what is wrong, null when nothing is
 */
export function changedData(record: RunRecord, digest: string): { message: string; next: string } | null {
  const then = record.digests['data'];
  if (then === undefined || then === digest) return null;
  return {
    message: `The data have changed since the run began: their digest was ${then.slice(0, 12)}…, and here it is ${digest.slice(0, 12)}….`,
    next: 'Put the data back as they were, or start a new run from the experiment file.',
  };
}
