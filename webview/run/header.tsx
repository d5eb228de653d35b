import type { RunSummary } from '../../sidecar/protocol/runSummary.ts';
import { failure, maySteer } from '../link/steering.ts';
import { selectedSeries } from '../series/followed.ts';
import { selectedRun } from '../view/selection.ts';
import { formatBytes, formatCount, formatNumber, formatPercent } from '../words/numbers.ts';
import { t } from '../words/words.ts';
import { Controls } from './controls.tsx';
import { Links } from './links.tsx';
import { BaselinePicker, OverlayPicker, RunPicker } from './pickers.tsx';
import { StageBar } from './stageBar.tsx';
import { Health, StatusChip } from './truth.tsx';

/** Identity, truth and controls: is it alive, how long still. */
export function Header() {
  const run = selectedRun.value;
  if (!run) return null;
  return (
    <header class="header">
      <div class="row">
        <RunPicker />
        <StatusChip run={run} />
        <Health run={run} />
        <span class="spacer" />
        <Controls run={run} />
      </div>
      <StageBar run={run} />
      <div class="row">
        <Machine run={run} />
        <span class="spacer" />
        <Links run={run.record.id} />
        <BaselinePicker />
        <OverlayPicker />
      </div>
      {maySteer.value ? null : <Line icon="lock" text={t('steering.refused')} />}
      {failure.value === null ? null : <Line icon="error" text={failure.value} isAlert />}
      <Collapse run={run} />
    </header>
  );
}

/** A sentence with a coloured sign: colour is never the only one that tells. */
export function Line({
  icon,
  text,
  isAlert = false,
}: {
  readonly icon: 'error' | 'warning' | 'lock' | 'info';
  readonly text: string;
  readonly isAlert?: boolean;
}) {
  return (
    <p class={`line ${icon}`} role={isAlert ? 'alert' : 'status'}>
      <span class={`codicon codicon-${icon}`} aria-hidden="true" /> {text}
    </p>
  );
}

function Machine({ run: { record } }: { readonly run: RunSummary }) {
  const newest = (tag: string) => selectedSeries.value?.newest(tag);
  const wait = newest('system/dataWait');
  const parts = [
    t('header.throughput', { n: formatNumber(newest('system/samplesPerSecond'), 3) }),
    formatBytes(newest('system/rss')),
    t('header.dataWait', { share: formatPercent(wait === undefined ? undefined : 100 * wait) }),
    record.backend ? `${record.backend.name} · ${record.backend.device}` : t('header.noBackend'),
  ];
  return (
    <>
      {parts.map((text, index) => (
        <span key={index} class="muted">
          {text}
        </span>
      ))}
    </>
  );
}

/** The collapse in words. */
function Collapse({ run: { record } }: { readonly run: RunSummary }) {
  if (record.collapsed === null) return null;
  const { step, reason, role } = record.collapsed;
  return (
    <Line
      icon="warning"
      text={t('collapse', { step: formatCount(step), reason: reasonText(reason), role })}
    />
  );
}

function reasonText(reason: string): string {
  switch (reason) {
    case 'notFinite':
      return t('collapse.notFinite');
    case 'chanceAccuracy':
      return t('collapse.chanceAccuracy');
    case 'oneClass':
      return t('collapse.oneClass');
    case 'accuracyHalved':
      return t('collapse.accuracyHalved');
    default:
      // A newer trainer knows more of them.
      return reason;
  }
}
