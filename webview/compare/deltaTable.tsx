import { Swatch } from '../charts/legend.tsx';
import { runOf } from '../link/runs.ts';
import { statusText } from '../run/status.ts';
import { IconButton } from '../theme/iconButton.tsx';
import { styleOf } from '../theme/theme.ts';
import { baselineId, baselineRun, colorIndex, nameOf, overlayIds, toggleOverlay } from '../view/selection.ts';
import { formatCount, formatDelta, formatDuration, formatValue } from '../words/numbers.ts';
import { t } from '../words/words.ts';
import { bestOf, deltaOf, testOf } from './results.ts';

/** How much better each run is than the baseline. */
export function DeltaTable({ runs }: { readonly runs: readonly string[] }) {
  return (
    <section>
      <div class="scroll" tabIndex={0} role="region" aria-label={t('compare.results')}>
        <table>
          <thead>
            <tr>
              <th scope="col">{t('compare.run')}</th>
              <th scope="col">{t('column.status')}</th>
              <th scope="col" class="number">
                {t('column.best')}
              </th>
              <th scope="col" class="number">
                {t('column.deltaBest')}
              </th>
              <th scope="col" class="number">
                {t('column.test')}
              </th>
              <th scope="col" class="number">
                {t('column.deltaTest')}
              </th>
              <th scope="col" class="number">
                {t('column.steps')}
              </th>
              <th scope="col" class="number">
                {t('column.active')}
              </th>
              <th scope="col">
                <span class="hidden">{t('column.actions')}</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {runs.map((id) => (
              <DeltaRow key={id} id={id} />
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function DeltaRow({ id }: { readonly id: string }) {
  const run = runOf(id);
  if (!run) return null;
  const isBaseline = id === baselineId.value;
  const baseline = baselineRun.value;
  const { record } = run;
  const style = styleOf({ hue: isBaseline ? 'baseline' : colorIndex(id), member: 0 });
  return (
    <tr>
      <th scope="row">
        <Swatch style={style} /> {nameOf(run)}
        {isBaseline ? <span class="muted"> {t('compare.baseline')}</span> : null}
      </th>
      <td>{statusText(run)}</td>
      <td class="number">{formatValue(record.headline.unit, bestOf(run))}</td>
      <td class="number">{formatDelta(deltaOf(run, baseline, bestOf))}</td>
      <td class="number">{formatValue(record.headline.unit, testOf(run))}</td>
      <td class="number">{formatDelta(deltaOf(run, baseline, testOf))}</td>
      <td class="number">{formatCount(record.step)}</td>
      <td class="number">{formatDuration(record.activeSeconds)}</td>
      <td>
        {overlayIds.value.includes(id) ? (
          <IconButton
            icon="close"
            label={t('compare.remove', { run: nameOf(run) })}
            on={() => {
              toggleOverlay(id);
            }}
          />
        ) : null}
      </td>
    </tr>
  );
}
