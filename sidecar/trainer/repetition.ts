import type { RunRecord } from '../protocol/runRecord.ts';
import type { Outcome } from './outcomes.ts';

type Found = { readonly data: string; readonly backend: NonNullable<RunRecord['backend']> };

/**
 * What stands between a run and the one that it repeats, as far as only the trainer can see it. Other data end it before its
 * first step; another device or version is told, since the user has accepted what such things do.
 * @returns null when it may begin
 */
export function repetitionFault(
  { provenance }: RunRecord,
  { data, backend }: Found,
  log: (line: string) => void,
): Outcome | null {
  const repeats = provenance?.repeats;
  if (!repeats) return null;
  if (repeats.data !== null && repeats.data !== data)
    return {
      status: 'failed',
      message: `This would be no repetition of ${repeats.run}: its data had the digest ${repeats.data.slice(0, 12)}…, and here it is ${data.slice(0, 12)}….`,
      next: 'Put the data back as they were, or start a new run from the experiment file.',
    };
  for (const part of ['name', 'device', 'version'] as const)
    if (repeats.backend && repeats.backend[part] !== backend[part])
      log(`unlike ${repeats.run}: backend ${part} was ${repeats.backend[part]}, and is ${backend[part]}`);
  return null;
}
