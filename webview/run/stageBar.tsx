import type { RunSummary } from '../../sidecar/protocol/runSummary.ts';
import { TOTAL_LOSS } from '../charts/topics.ts';
import { selectedSeries } from '../series/followed.ts';
import { formatCount, formatDuration } from '../words/numbers.ts';
import { t } from '../words/words.ts';
import { secondsFor } from './pace.ts';

/** A stage of one step among thousands is still seen. */
const NARROWEST_SHARE = 1 / 7;

/** All stages as one bar, with what is left by the pace of the last points. */
export function StageBar({ run }: { readonly run: RunSummary }) {
  const { record, liveness } = run;
  const series = selectedSeries.value;
  const step = Math.max(record.step, liveness === 'ended' ? 0 : (series?.newestStep.value ?? 0));
  const position = {
    epoch: formatCount(Math.floor(record.epoch)),
    epochs: formatCount(record.totalEpochs),
    step: formatCount(step),
    steps: formatCount(record.totalSteps),
  };
  return (
    <div class="row">
      <div
        class="stages"
        role="progressbar"
        aria-valuenow={step}
        aria-valuemin={0}
        aria-valuemax={Math.max(1, record.totalSteps)}
        aria-valuetext={t('progress', position)}
        aria-label={t('progress.label')}
      >
        {record.stages.map(({ name, steps, from }) => (
          <div
            key={name}
            class="stage"
            style={{ flexGrow: Math.max(steps, record.totalSteps * NARROWEST_SHARE) }}
          >
            <div
              class="done"
              style={{ width: `${100 * Math.min(1, Math.max(0, (step - from) / Math.max(1, steps)))}%` }}
            />
            <span>
              {name} {step >= from + steps ? '✓' : ''}
            </span>
          </div>
        ))}
      </div>
      <span class="progress">
        {t('progress', position)}
        {liveness === 'live'
          ? ` · ${t('progress.eta', { eta: formatDuration(secondsFor(record.totalSteps - step, series?.points(TOTAL_LOSS))) })}`
          : ''}
      </span>
    </div>
  );
}
