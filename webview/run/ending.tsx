import { headlineOf, testedOf } from '../../sidecar/protocol/results.ts';
import type { RunSummary } from '../../sidecar/protocol/runSummary.ts';
import { host } from '../host.ts';
import { metricName } from '../charts/line.ts';
import { maySteer, steer } from '../link/steering.ts';
import { look } from '../view/viewState.ts';
import { formatCount, formatValue } from '../words/numbers.ts';
import { t } from '../words/words.ts';
import { isResumable } from './controls.tsx';
import { Line } from './header.tsx';

/** A run that has ended says how, and what one may want next; one that goes on says nothing. */
export function Ending({ run }: { readonly run: RunSummary }) {
  if (run.liveness === 'lost') return <Lost run={run} />;
  switch (run.record.status) {
    case 'failed':
      return <Failed run={run} />;
    case 'completed':
    case 'stopped':
      return <Finished run={run} />;
    case 'queued':
    case 'preparing':
    case 'running':
    case 'paused':
      return null;
  }
}

function Failed({ run: { record }, run }: { readonly run: RunSummary }) {
  const { message = '', next = '', step = null } = record.error ?? {};
  const last = step ?? record.step;
  return (
    <section class="ending" aria-label={t('ending.label')}>
      <Line icon="error" isAlert text={t('ending.failed', { message, step: formatCount(last) })} />
      {next === '' ? null : <p class="muted">{next}</p>}
      <Next run={run} first="showLog" />
    </section>
  );
}

function Lost({ run }: { readonly run: RunSummary }) {
  return (
    <section class="ending" aria-label={t('ending.label')}>
      <Line icon="warning" text={t('ending.lost', { step: formatCount(run.record.step) })} />
      <Next run={run} first="showLog" />
    </section>
  );
}

function Finished({ run }: { readonly run: RunSummary }) {
  return (
    <section class="ending" aria-label={t('ending.label')}>
      <p class="result">{resultText(run)}</p>
      <Next run={run} first="exportStudent" />
    </section>
  );
}

/** The result first: on the test split where there is one, else the best on validation. */
export function resultText({ record }: RunSummary): string {
  const { role } = headlineOf(record);
  const { unit } = record.headline;
  const test = testedOf(record);
  const best = record.best;
  const parts = [
    ...(test === undefined
      ? []
      : [t('result.test', { metric: metricName(record), role, value: formatValue(unit, test) })]),
    ...(best === null
      ? []
      : [
          t('result.best', {
            series: best.series,
            value: formatValue(unit, best.value),
            step: formatCount(best.step),
          }),
        ]),
  ];
  return parts.length === 0 ? t('result.none') : parts.join(' · ');
}

/** The sensible next things, those that can be done here. */
function Next({ run, first }: { readonly run: RunSummary; readonly first: 'showLog' | 'exportStudent' }) {
  const { id } = run.record;
  const editor = host;
  return (
    <div class="row">
      {editor === null ? null : (
        <button
          type="button"
          class="primary"
          onClick={() => {
            if (first === 'showLog') editor.send({ kind: 'open', run: id, what: 'log' });
            else editor.send({ kind: 'command', name: first, run: id });
          }}
        >
          {first === 'showLog' ? t('open.log') : t('command.exportStudent')}
        </button>
      )}
      {isResumable(run) && maySteer.value ? (
        <button type="button" onClick={() => void steer('runs/resume', { run: id })}>
          {t('ending.resume')}
        </button>
      ) : null}
      {editor === null || !maySteer.value ? null : (
        <button
          type="button"
          onClick={() => {
            editor.send({ kind: 'command', name: 'runAgain', run: id });
          }}
        >
          {t('command.runAgain')}
        </button>
      )}
      <button
        type="button"
        onClick={() => {
          look({ tab: 'compare' });
        }}
      >
        {t('ending.compare')}
      </button>
    </div>
  );
}
