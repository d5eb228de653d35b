import { l10n, StatusBarAlignment, ThemeColor, window, type Disposable, type StatusBarItem } from 'vscode';
import type { RunSummary } from '../../sidecar/protocol/runSummary.ts';
import type { RunsModel } from '../runs/runsModel.ts';
import { bestText, durationText, epochText, etaSeconds, runTitle, statusWord } from '../runs/runText.ts';

const TICK_MS = 1_000;

/** One item: what runs, how far, how long still, how good; or what needs attention. */
export class StatusBar implements Disposable {
  readonly #model: RunsModel;
  readonly #item: StatusBarItem;
  readonly #subscription: Disposable;
  readonly #timer: NodeJS.Timeout;
  #drawn = '';

  constructor(model: RunsModel) {
    this.#model = model;
    this.#item = window.createStatusBarItem('distillery.status', StatusBarAlignment.Left, 20);
    this.#item.name = 'Distillery';
    this.#subscription = model.onDidChange(() => {
      this.#draw();
    });
    // Ages and remaining times go on between two numbers.
    this.#timer = setInterval(() => {
      this.#draw();
    }, TICK_MS);
    this.#draw();
  }

  dispose(): void {
    clearInterval(this.#timer);
    this.#subscription.dispose();
    this.#item.dispose();
  }

  #draw(): void {
    const { text, tooltip, command, alarm } = this.#content();
    const key = JSON.stringify([text, tooltip, command, alarm]);
    if (key === this.#drawn) return;
    this.#drawn = key;
    if (text === null) {
      this.#item.hide();
      return;
    }
    this.#item.text = text;
    this.#item.tooltip = tooltip;
    this.#item.command = command;
    this.#item.backgroundColor = alarm ? new ThemeColor('statusBarItem.errorBackground') : undefined;
    this.#item.accessibilityInformation = { label: `Distillery: ${tooltip}`, role: 'button' };
    this.#item.show();
  }

  #content(): { text: string | null; tooltip: string; command: string; alarm: boolean } {
    const { state, runs } = this.#model;
    const open = 'distillery.openDashboard';
    if (state.kind === 'failed')
      return {
        text: `$(error) ${l10n.t('Distillery: sidecar')}`,
        tooltip: `${state.message} ${state.next}`,
        command: 'distillery.restartSidecar',
        alarm: true,
      };
    if (state.kind === 'waiting') {
      const age = durationText((Date.now() - state.since) / 1000);
      return {
        text: `$(debug-disconnect) ${l10n.t('Distillery: no sidecar for {0}', age)}`,
        tooltip: l10n.t('The link to the sidecar is lost; runs go on. Connecting again. {0}', state.message),
        command: 'distillery.showLog',
        alarm: false,
      };
    }
    if (state.kind === 'off' && runs.some(({ liveness }) => liveness === 'live' || liveness === 'queued'))
      return {
        text: `$(debug-disconnect) ${l10n.t('Distillery: sidecar stopped')}`,
        tooltip: l10n.t('Runs go on, and nobody watches them. Start the sidecar.'),
        command: 'distillery.startSidecar',
        alarm: false,
      };
    const lost = runs.filter(({ liveness }) => liveness === 'lost');
    const live = runs.filter(({ liveness }) => liveness === 'live');
    const run = live.at(-1) ?? runs.filter(({ liveness }) => liveness === 'queued').at(0);
    const [firstLost] = lost;
    if (!run && firstLost)
      return {
        text: `$(error) ${l10n.t('{0} · lost', firstLost.record.method)}`,
        tooltip: l10n.t(
          '{0} gives no sign of life: its trainer is gone. Resume goes on from the newest checkpoint.',
          runTitle(firstLost),
        ),
        command: open,
        alarm: true,
      };
    if (!run) {
      const newest = runs.at(-1);
      if (!newest || state.kind === 'off') return { text: null, tooltip: '', command: open, alarm: false };
      return {
        text: `$(beaker) ${newest.record.method} · ${newest.record.collapsed ? l10n.t('collapsed') : statusWord(newest)}${suffix(bestText(newest))}`,
        tooltip: runTitle(newest),
        command: open,
        alarm: false,
      };
    }
    return { ...this.#running(run, live.length), command: open, alarm: false };
  }

  #running(run: RunSummary, live: number): { text: string; tooltip: string } {
    const { record } = run;
    const pulse = this.#model.pulse(record.id);
    const eta = etaSeconds(run, pulse);
    const others = live > 1 ? ` +${live - 1}` : '';
    const moves = record.status === 'running' || record.status === 'preparing';
    const icon = run.liveness === 'queued' ? '$(clock)' : moves ? '$(sync~spin)' : '$(debug-pause)';
    const parts = [
      record.method,
      record.status === 'running' ? epochText(run) : statusWord(run),
      bestText(run),
      record.status === 'running' && eta !== null ? durationText(eta) : null,
    ].filter((part) => part !== null);
    const age = pulse?.newestWall == null ? null : Math.max(0, Date.now() / 1000 - pulse.newestWall);
    return {
      text: `${icon} ${parts.join(' · ')}${others}`,
      tooltip: [
        runTitle(run),
        statusWord(run),
        record.collapsed ? l10n.t('collapsed at step {0}', record.collapsed.step) : null,
        age === null || record.status !== 'running'
          ? null
          : l10n.t('newest number {0} ago', durationText(age)),
      ]
        .filter((part) => part !== null)
        .join(', '),
    };
  }
}

const suffix = (text: string | null): string => (text === null ? '' : ` · ${text}`);
