import type { RunSummary } from '../../sidecar/protocol/runSummary.ts';
import { now } from '../view/now.ts';
import { Notice } from '../view/notice.tsx';
import { formatCount, formatDuration } from '../words/numbers.ts';
import { t } from '../words/words.ts';

/** What a run without numbers waits for, and since when. */
export function Waiting({ run, isLoaded }: { readonly run: RunSummary; readonly isLoaded: boolean }) {
  const { record, liveness } = run;
  if (!isLoaded) return <Notice title={t('waiting.reading')} />;
  if (liveness === 'ended' || liveness === 'lost')
    return <Notice title={t('waiting.never')}>{t('waiting.never.more')}</Notice>;
  const since = liveness === 'queued' ? record.createdAt : (record.startedAt ?? record.createdAt);
  const age = formatDuration(Math.max(0, (now.value - Date.parse(since)) / 1000));
  const { preparation } = record;
  if (liveness === 'live' && preparation)
    return (
      <Notice title={t('waiting.data')}>
        {t('waiting.data.more', {
          done: formatCount(preparation.done),
          total: formatCount(preparation.total),
          age,
        })}
      </Notice>
    );
  return liveness === 'queued' ? (
    <Notice title={t('waiting.queued')}>{t('waiting.queued.more', { age })}</Notice>
  ) : (
    <Notice title={t('waiting.preparing')}>{t('waiting.preparing.more', { age })}</Notice>
  );
}
