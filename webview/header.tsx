import { signal } from '@preact/signals';
import type { RunSummary } from '../sidecar/protocol/runSummary.ts';
import { formatBytes, formatCount, formatDuration, formatNumber, formatPercent } from './format.ts';
import { connection, link, runs } from './link.ts';
import { chosenRun, runSeries, selectedRun } from './selection.ts';

/** Ticks once a second, so that ages are true. */
export const now = signal(Date.now());

const lastOf = (tag: string): number | undefined => runSeries.value.series[tag]?.values.at(-1);

const percentOf = (share: number | undefined): number | undefined => share && 100 * share;

/** Identity, truth and controls: is it alive, how long still. */
export function Header() {
  const run = selectedRun.value;
  if (!run) return null;
  const { record } = run;
  return (
    <header class="header">
      <div class="row">
        <RunPicker />
        <StatusChip run={run} />
        <Age run={run} />
        <span class="spacer" />
        <Controls run={run} />
      </div>
      <StageBar run={run} />
      <div class="row muted">
        <span>{formatNumber(lastOf('system/samplesPerSecond'), 3)} samples/s</span>
        <span>{formatBytes(lastOf('system/rss'))}</span>
        <span>data wait {formatPercent(percentOf(lastOf('system/dataWait')))}</span>
        <span>{record.backend ? `${record.backend.name} · ${record.backend.device}` : 'no backend yet'}</span>
      </div>
      {record.collapsed ? (
        <p class="alert" role="status">
          Collapsed since step {formatCount(record.collapsed.step)}:{' '}
          {REASONS[record.collapsed.reason] ?? record.collapsed.reason} ({record.collapsed.role}).
        </p>
      ) : null}
      {record.error ? (
        <p class="alert" role="alert">
          {record.error.message} {record.error.next ?? ''}
        </p>
      ) : null}
    </header>
  );
}

const REASONS: Readonly<Record<string, string>> = {
  notFinite: 'the loss is not finite',
  chanceAccuracy: 'accuracy is at chance',
  oneClass: 'one class is predicted for everything',
  accuracyHalved: 'accuracy fell by more than half',
};

function RunPicker() {
  const all = [...runs.value.values()].reverse();
  return (
    <select
      aria-label="run"
      value={selectedRun.value?.record.id ?? ''}
      onChange={(event) => (chosenRun.value = event.currentTarget.value)}
    >
      {all.map(({ record, notes }) => (
        <option key={record.id} value={record.id}>
          {notes.name ??
            `${record.method} · ${record.model} · ${record.dataset} · s${record.seed} · ${record.id.slice(-4)}`}
        </option>
      ))}
    </select>
  );
}

const statusOf = ({ record, liveness }: RunSummary): string => (liveness === 'lost' ? 'lost' : record.status);

function StatusChip({ run }: { readonly run: RunSummary }) {
  const status = statusOf(run);
  return (
    <span class={`chip ${status}`} role="status">
      <span aria-hidden="true">●</span> {status}
    </span>
  );
}

/** Two signs: whether link and process live, and how old the newest number is. */
function Age({ run }: { readonly run: RunSummary }) {
  const { arrived, series } = runSeries.value;
  const state = link.value;
  if (state.kind === 'lost')
    return (
      <span class="warning" role="status">
        connection lost {formatDuration((now.value - state.since) / 1000)} ago, trying again
      </span>
    );
  if (run.liveness === 'ended')
    return <span class="muted">{run.record.endedAt?.replace('T', ' ').slice(0, 16) ?? ''}</span>;
  if (arrived === null) return <span class="muted">waiting for the first number</span>;
  const age = Math.max(0, now.value / 1000 - arrived);
  const late = age > Math.max(5, 3 * medianInterval(series['train/run/loss/total']?.walls ?? []));
  return <span class={late ? 'warning' : 'muted'}>newest number {formatDuration(age)} ago</span>;
}

function medianInterval(walls: readonly number[]): number {
  const recent = walls.slice(-20);
  const gaps = recent.slice(1).map((wall, index) => wall - (recent[index] ?? wall));
  return gaps.sort((a, b) => a - b)[Math.floor(gaps.length / 2)] ?? 0;
}

function Controls({ run }: { readonly run: RunSummary }) {
  const ask = (method: 'runs/pause' | 'runs/resume' | 'runs/stop' | 'runs/checkpoint') => () => {
    connection.value?.request(method, { run: run.record.id }).catch((error: unknown) => {
      failure.value = error instanceof Error ? error.message : String(error);
    });
  };
  const live = run.liveness === 'live';
  const paused = run.record.status === 'paused';
  const resumable =
    run.liveness === 'lost' || run.record.status === 'stopped' || run.record.status === 'failed';
  const usable = link.value.kind === 'connected';
  return (
    <span class="controls">
      {failure.value === null ? null : <span class="warning">{failure.value}</span>}
      {live && !paused ? (
        <Action label="Pause" on={ask('runs/pause')} enabled={usable && run.want === 'run'} />
      ) : null}
      {(live && paused) || resumable ? (
        <Action label="Resume" on={ask('runs/resume')} enabled={usable} />
      ) : null}
      {live ? <Action label="Checkpoint" on={ask('runs/checkpoint')} enabled={usable && !paused} /> : null}
      {live || run.liveness === 'queued' ? (
        <Action
          label={run.want === 'stop' ? 'Stopping…' : 'Stop'}
          on={ask('runs/stop')}
          enabled={usable && run.want !== 'stop'}
        />
      ) : null}
    </span>
  );
}

const failure = signal<string | null>(null);

function Action({
  label,
  on,
  enabled,
}: {
  readonly label: string;
  readonly on: () => void;
  readonly enabled: boolean;
}) {
  return (
    <button type="button" onClick={on} disabled={!enabled}>
      {label}
    </button>
  );
}

/** All stages as one bar, with what is left by the pace of the last points. */
function StageBar({ run }: { readonly run: RunSummary }) {
  const { record } = run;
  const step = Math.max(record.step, run.liveness === 'ended' ? 0 : newestStep());
  return (
    <div class="row">
      <div
        class="stages"
        role="progressbar"
        aria-valuenow={step}
        aria-valuemin={0}
        aria-valuemax={record.totalSteps}
        aria-label="progress"
      >
        {record.stages.map(({ name, steps, from }) => (
          <div
            key={name}
            class="stage"
            style={{ flexGrow: Math.max(steps, record.totalSteps / 7) }}
            title={`${name}: ${formatCount(steps)} steps`}
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
        epoch {Math.floor(record.epoch)}/{Math.round(record.totalEpochs)} · step {formatCount(step)}/
        {formatCount(record.totalSteps)}
        {run.liveness === 'live' ? ` · ETA ${formatDuration(remaining(record.totalSteps - step))}` : ''}
      </span>
    </div>
  );
}

const newestStep = (): number => runSeries.value.series['train/run/loss/total']?.steps.at(-1) ?? 0;

function remaining(steps: number): number {
  const points = runSeries.value.series['train/run/loss/total'];
  if (!points || points.steps.length < 2) return NaN;
  const from = Math.max(0, points.steps.length - 20);
  const walked = (points.steps.at(-1) ?? 0) - (points.steps[from] ?? 0);
  const took = (points.walls.at(-1) ?? 0) - (points.walls[from] ?? 0);
  return (steps * took) / walked;
}
