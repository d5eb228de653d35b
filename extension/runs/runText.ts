import { env, l10n, ThemeColor, ThemeIcon } from 'vscode';
import { digitsOf } from '../../sidecar/protocol/results.ts';
import type { RunSummary } from '../../sidecar/protocol/runSummary.ts';
import type { Pulse } from './runsModel.ts';

/** What people see of a run's state; `lost` and `collapsed` are no statuses of the file. */
export type ShownStatus = RunSummary['record']['status'] | 'lost';

export const shownStatus = ({ liveness, record }: RunSummary): ShownStatus =>
  liveness === 'lost' ? 'lost' : record.status;

export function statusWord(run: RunSummary): string {
  const status = shownStatus(run);
  switch (status) {
    case 'queued':
      return l10n.t('queued');
    case 'preparing':
      return l10n.t('preparing');
    case 'running':
      return run.want === 'stop'
        ? l10n.t('stopping')
        : run.want === 'pause'
          ? l10n.t('pausing')
          : l10n.t('running');
    case 'paused':
      return l10n.t('paused');
    case 'completed':
      return l10n.t('completed');
    case 'stopped':
      return l10n.t('stopped');
    case 'failed':
      return l10n.t('failed');
    case 'lost':
      return l10n.t('lost: no sign of life');
  }
}

export function statusIcon(run: RunSummary): ThemeIcon {
  if (run.record.collapsed && run.liveness === 'ended')
    return new ThemeIcon('warning', new ThemeColor('list.warningForeground'));
  const status = shownStatus(run);
  switch (status) {
    case 'queued':
      return new ThemeIcon('clock');
    case 'preparing':
    case 'running':
      return new ThemeIcon('sync~spin');
    case 'paused':
      return new ThemeIcon('debug-pause');
    case 'completed':
      return new ThemeIcon('pass', new ThemeColor('testing.iconPassed'));
    case 'stopped':
      return new ThemeIcon('circle-slash');
    case 'failed':
    case 'lost':
      return new ThemeIcon('error', new ThemeColor('list.errorForeground'));
  }
}

/** The user's name for a run, else what it is. */
export function runTitle({ notes, record }: RunSummary): string {
  return notes.name ?? `${record.method} · ${record.model} · ${record.dataset} · s${record.seed}`;
}

/** `7/30`, whole epochs begun of all. */
export function epochText({ record }: RunSummary): string {
  return `${Math.floor(record.epoch)}/${Math.round(record.totalEpochs)}`;
}

/** Best value of the headline metric with its unit; null before the first. */
export function bestText({ record: { best, headline } }: RunSummary): string | null {
  if (!best) return null;
  if (!Number.isFinite(best.value)) return String(best.value);
  const digits = digitsOf(headline.unit, best.value);
  const number = best.value.toLocaleString(env.language, {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
  return `${number} ${headline.unit}`.trim();
}

/** Seconds until the end by the pace of the last points; null while unknown. */
export function etaSeconds({ record }: RunSummary, pulse: Pulse | null): number | null {
  if (pulse?.stepsPerSecond == null || pulse.stepsPerSecond <= 0) return null;
  return Math.max(0, record.totalSteps - record.step) / pulse.stepsPerSecond;
}

export function durationText(seconds: number): string {
  if (seconds < 60) return l10n.t('{0} s', Math.round(seconds));
  if (seconds < 3600) return l10n.t('{0} min', Math.round(seconds / 60));
  return l10n.t('{0} h {1} min', Math.floor(seconds / 3600), Math.round((seconds % 3600) / 60));
}

const BARS = '▁▂▃▄▅▆▇█';

/** The headline series at a glance; empty below three points. */
export function sparkline(values: readonly number[], width = 8): string {
  const finite = values.filter(Number.isFinite);
  if (finite.length < 3) return '';
  const [low, high] = [Math.min(...finite), Math.max(...finite)];
  const cells = Math.min(width, finite.length);
  return Array.from({ length: cells }, (_, cell) => {
    const value = finite[Math.round((cell * (finite.length - 1)) / Math.max(1, cells - 1))] ?? low;
    const level = high === low ? 3 : Math.round(((value - low) / (high - low)) * (BARS.length - 1));
    return BARS[level] ?? '';
  }).join('');
}

/** The line behind a run's name, in the tree and in pickers. */
export function runDescription(run: RunSummary, pulse: Pulse | null): string {
  const best = bestText(run);
  const eta = etaSeconds(run, pulse);
  const live = run.liveness === 'live';
  return [
    live || run.liveness === 'queued' ? null : statusWord(run),
    live && run.record.status !== 'running' ? statusWord(run) : null,
    run.record.collapsed ? l10n.t('collapsed at step {0}', run.record.collapsed.step) : null,
    live && run.record.status === 'running' ? epochText(run) : null,
    best,
    live && pulse ? sparkline(pulse.headline) : null,
    live && run.record.status === 'running' && eta !== null ? durationText(eta) : null,
    ...run.notes.tags.map((tag) => `#${tag}`),
  ]
    .filter((part): part is string => part !== null && part !== '')
    .join(' · ');
}
