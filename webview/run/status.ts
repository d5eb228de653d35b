import type { RunSummary } from '../../sidecar/protocol/runSummary.ts';
import { t } from '../words/words.ts';

/** Status as shown: a run without a sign of life is lost, whatever its record says. */
export const statusClass = ({ record, liveness }: RunSummary): RunSummary['record']['status'] | 'lost' =>
  liveness === 'lost' ? 'lost' : record.status;

export function statusText(run: RunSummary): string {
  return t(`status.${statusClass(run)}`);
}
