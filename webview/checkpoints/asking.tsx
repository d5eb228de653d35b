import { splitSchema } from '../../sidecar/protocol/comparison.ts';
import { canSteer, maySteer } from '../link/steering.ts';
import { Line } from '../run/header.tsx';
import { look } from '../view/viewState.ts';
import { formatCount, formatDuration, formatTime } from '../words/numbers.ts';
import { t } from '../words/words.ts';
import { split, subjects } from './choice.ts';
import { cancel, compare, computation, isStale, request, result } from './computation.ts';

/** Which samples; one button to compare and to cancel; how far it is, and what became of it. */
export function Asking() {
  const isComputing = computation.value.kind === 'computing';
  const isReady = canSteer.value && request.value !== null;
  const isShown = result.value !== null && !isStale.value;
  return (
    <section class="asking">
      <div class="row">
        <SplitChoice />
        {/* One button for both, so that the focus stays on it. */}
        <button
          type="button"
          class={isShown && !isComputing ? '' : 'primary'}
          aria-disabled={!isComputing && !isReady}
          onClick={isComputing ? cancel : isReady ? () => void compare(isShown) : undefined}
        >
          {isComputing ? t('asking.cancel') : isShown ? t('asking.again') : t('asking.compare')}
        </button>
        <Progress />
      </div>
      {maySteer.value ? null : <Line icon="lock" text={t('asking.untrusted')} />}
      {subjects.value.length === 1 ? <p class="muted">{t('subjects.one')}</p> : null}
      <Outcome />
    </section>
  );
}

function SplitChoice() {
  return (
    <span class="picker" role="radiogroup" aria-label={t('split.label')}>
      {t('split.label')}
      <span class="segments">
        {splitSchema.options.map((name) => (
          <label key={name}>
            <input
              type="radio"
              name="split"
              checked={split.value === name}
              onChange={() => {
                look({ split: name, isCompared: false });
              }}
            />
            <span>{t(`split.${name}`)}</span>
          </label>
        ))}
      </span>
    </span>
  );
}

function Progress() {
  const state = computation.value;
  if (state.kind !== 'computing') return null;
  const { done, total, what } = state.progress;
  const share = total === 0 ? 0 : done / total;
  return (
    <>
      <span
        class="progressBar"
        role="progressbar"
        aria-label={t('asking.progress')}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={Math.round(100 * share)}
        aria-valuetext={t(`what.${what}`)}
      >
        <span style={{ width: `${100 * share}%` }} />
      </span>
      <span class="progress">{total === 0 ? '' : `${formatCount(100 * share)} %`}</span>
      <span class="muted" role="status">
        {t(`what.${what}`)}
      </span>
    </>
  );
}

/** What became of the last question. */
function Outcome() {
  const state = computation.value;
  switch (state.kind) {
    case 'computing':
      return null;
    case 'cancelled':
      return <Line icon="info" text={t('asking.cancelled')} />;
    case 'failed':
      return (
        <>
          <Line icon="error" text={t('asking.failed', { message: state.message })} isAlert />
          <p class="muted">{t('asking.next', { next: state.next })}</p>
        </>
      );
    case 'idle':
      return <Age />;
  }
}

/** A number that was computed before must not look new. */
function Age() {
  const shown = result.value;
  if (!shown) return null;
  if (isStale.value) return <Line icon="warning" text={t('asking.changed')} />;
  const time = formatTime(shown.comparison.computedAt);
  const duration = formatDuration(shown.comparison.seconds);
  return (
    <p class="muted">
      {shown.cached ? t('asking.cached', { time }) : t('asking.computed', { time, duration })}
    </p>
  );
}
