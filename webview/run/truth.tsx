import type { RunSummary } from '../../sidecar/protocol/runSummary.ts';
import { TOTAL_LOSS } from '../charts/topics.ts';
import { link } from '../link/link.ts';
import { beatAge } from '../link/runs.ts';
import { selectedSeries } from '../series/followed.ts';
import { now } from '../view/now.ts';
import { formatDuration, formatTime } from '../words/numbers.ts';
import { t } from '../words/words.ts';
import { isLate } from './pace.ts';
import { statusClass, statusText } from './status.ts';

/** A run's state as a dot and a word. */
export function StatusChip({ run }: { readonly run: RunSummary }) {
  // What was running when the link was lost may not be any more: the word stays, dimmed, and shows no sign of life.
  const isOld = link.value.kind === 'lost' && run.liveness !== 'ended';
  return (
    <span class={isOld ? 'chip muted' : 'chip'} role="status">
      <span class={isOld ? 'dot' : `dot ${statusClass(run)}`} aria-hidden="true">
        ●
      </span>{' '}
      {statusText(run)}
    </span>
  );
}

/** Two signs: whether link and process live, and how old the newest number is. */
export function Health({ run }: { readonly run: RunSummary }) {
  const state = link.value;
  if (state.kind === 'lost')
    return (
      <span class="sign warning" role="status">
        {t('health.linkLost', { age: formatDuration((now.value - state.since) / 1000) })}
      </span>
    );
  if (run.liveness === 'ended') return <span class="muted">{formatTime(run.record.endedAt)}</span>;
  return (
    <>
      <Beat run={run} />
      <NewestNumber />
    </>
  );
}

/** A beat every two seconds: older than five is a warning. */
const OLD_BEAT_SECONDS = 5;

function Beat({ run }: { readonly run: RunSummary }) {
  const age = run.liveness === 'queued' ? null : beatAge(run, now.value);
  if (age === null) return null;
  return (
    <span class={age > OLD_BEAT_SECONDS ? 'sign warning' : 'muted'}>
      {age > OLD_BEAT_SECONDS ? t('health.oldBeat', { age: formatDuration(age) }) : t('health.alive')}
    </span>
  );
}

function NewestNumber() {
  const series = selectedSeries.value;
  const newest = series?.newestWall.value ?? null;
  if (newest === null) return <span class="muted">{t('health.noNumber')}</span>;
  const age = Math.max(0, now.value / 1000 - newest);
  const late = isLate(age, series?.points(TOTAL_LOSS)?.walls ?? []);
  return (
    <span class={late ? 'sign warning' : 'muted'}>{t('health.newest', { age: formatDuration(age) })}</span>
  );
}
