import type { OnProgress } from '../datasets/decodeImages.ts';
import type { RunRecord } from '../protocol/runRecord.ts';
import type { RunFiles } from './runFiles.ts';

/** The record is a file that is synchronised to the disk. */
const TELL_EVERY_MS = 500;

/**
 * What reading the data is told and tells: how far it is, in the record and the log, and that the run is to stop meanwhile,
 * by a signal or by the wish in `control.json`.
 */
export function prepare(
  files: RunFiles,
  signal: AbortSignal,
  log: (line: string) => void,
): { readonly signal: AbortSignal; readonly onProgress: OnProgress } {
  const unwanted = new AbortController();
  let [told, tenth] = [-Infinity, 0];
  const onProgress: OnProgress = ({ what, done, total }) => {
    const now = performance.now();
    if (done < total && now - told < TELL_EVERY_MS) return;
    told = now;
    if (files.control().want === 'stop') unwanted.abort();
    files.update({ preparation: { what, done, total } });
    const reached = Math.floor((10 * done) / total);
    if (reached > tenth) log(`${what} ${done} of ${total} images`);
    tenth = reached;
  };
  return { signal: AbortSignal.any([signal, unwanted.signal]), onProgress };
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
