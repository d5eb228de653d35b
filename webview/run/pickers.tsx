import { runs } from '../link/runs.ts';
import { Menu } from '../theme/menu.tsx';
import { styleOf } from '../theme/theme.ts';
import {
  baselineId,
  choose,
  colorIndex,
  nameOf,
  overlayIds,
  selectedId,
  toggleOverlay,
} from '../view/selection.ts';
import { look } from '../view/viewState.ts';
import { formatCount } from '../words/numbers.ts';
import { t } from '../words/words.ts';
import { Swatch } from '../charts/legend.tsx';

/** Newest first, hidden ones aside unless they are drawn. */
const offered = () =>
  [...runs.value.values()]
    .reverse()
    .filter(
      ({ notes, record }) =>
        !notes.hidden || record.id === selectedId.value || record.id === baselineId.value,
    );

/** Which run is looked at. */
export function RunPicker() {
  return (
    <select
      class="run"
      aria-label={t('picker.run')}
      value={selectedId.value ?? ''}
      onChange={(event) => {
        choose(event.currentTarget.value);
      }}
    >
      {offered().map((run) => (
        <option key={run.record.id} value={run.record.id}>
          {nameOf(run)}
        </option>
      ))}
    </select>
  );
}

/** What deltas are counted from. */
export function BaselinePicker() {
  return (
    <label class="picker">
      {t('picker.baseline')}{' '}
      <select
        value={baselineId.value ?? ''}
        onChange={(event) => {
          look({ baseline: event.currentTarget.value });
        }}
      >
        <option value="">{t('picker.noBaseline')}</option>
        {offered().map((run) => (
          <option key={run.record.id} value={run.record.id}>
            {nameOf(run)}
          </option>
        ))}
      </select>
    </label>
  );
}

/** Which runs are drawn beside it. */
export function OverlayPicker() {
  const chosen = overlayIds.value;
  return (
    <Menu
      icon="chevron-down"
      label={t('picker.overlays')}
      text={
        chosen.length === 0
          ? t('picker.overlay')
          : t('picker.overlayCount', { n: formatCount(chosen.length) })
      }
    >
      {() => (
        <ul class="choices">
          {offered()
            .filter(({ record }) => record.id !== selectedId.value)
            .map((run) => (
              <li key={run.record.id}>
                <label>
                  <input
                    type="checkbox"
                    checked={chosen.includes(run.record.id)}
                    disabled={run.record.id === baselineId.value}
                    onChange={() => {
                      toggleOverlay(run.record.id);
                    }}
                  />
                  {chosen.includes(run.record.id) ? (
                    <Swatch style={styleOf({ hue: colorIndex(run.record.id), member: 1 })} />
                  ) : null}
                  {nameOf(run)}
                </label>
              </li>
            ))}
        </ul>
      )}
    </Menu>
  );
}
