import { part, look, X_AXES, type XAxis } from '../view/viewState.ts';
import { formatNumber } from '../words/numbers.ts';
import { t } from '../words/words.ts';
import { chooseAxis, isZoomed, resetZoom, zoomBy } from './zoom.ts';
import { IconButton } from '../theme/iconButton.tsx';

const smoothing = part('smoothing');
const xAxis = part('xAxis');

/** The slider is finer where averages are long: 1 − (1 − s) ≈ s for little, thousandths for much. */
const SLIDER_POWER = 3;
const toSmoothing = (place: number): number => Math.min(0.999, 1 - (1 - place) ** SLIDER_POWER);
const toPlace = (value: number): number => 1 - (1 - value) ** (1 / SLIDER_POWER);

/** How all charts are looked at. */
export function ChartToolbar() {
  const names: Readonly<Record<XAxis, string>> = {
    step: t('axis.step'),
    epoch: t('axis.epoch'),
    time: t('axis.time'),
  };
  return (
    <div class="row toolbar" role="group" aria-label={t('toolbar.label')}>
      <span class="segments" role="radiogroup" aria-label={t('toolbar.xAxis')}>
        {X_AXES.map((axis) => (
          <label key={axis}>
            <input
              type="radio"
              name="x-axis"
              checked={xAxis.value === axis}
              onChange={() => {
                chooseAxis(axis);
              }}
            />
            <span>{names[axis]}</span>
          </label>
        ))}
      </span>
      <label class="slider">
        {t('toolbar.smoothing')}
        <input
          type="range"
          min="0"
          max="1"
          step="0.02"
          value={toPlace(smoothing.value)}
          aria-valuetext={formatNumber(smoothing.value, 3)}
          onInput={(event) => {
            look({ smoothing: Math.max(0, toSmoothing(event.currentTarget.valueAsNumber)) });
          }}
        />
        <output>{formatNumber(smoothing.value, 3)}</output>
      </label>
      <span class="spacer" />
      <span class="together">
        <IconButton
          icon="zoom-in"
          label={t('toolbar.zoomIn')}
          on={() => {
            zoomBy(0.5);
          }}
        />
        <IconButton
          icon="zoom-out"
          label={t('toolbar.zoomOut')}
          enabled={isZoomed.value}
          on={() => {
            zoomBy(2);
          }}
        />
        <IconButton
          icon="screen-full"
          label={t('toolbar.resetZoom')}
          enabled={isZoomed.value}
          on={resetZoom}
        />
      </span>
    </div>
  );
}
