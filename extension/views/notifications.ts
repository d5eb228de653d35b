import { commands, l10n, window, type Disposable, type ExtensionContext } from 'vscode';
import type { RunSummary } from '../../sidecar/protocol/runSummary.ts';
import { shownStatus, bestText, runTitle } from '../runs/runText.ts';
import type { RunsModel } from '../runs/runsModel.ts';
import { setting } from '../settings.ts';

/** A run that took longer was worth waiting for, so its end is worth telling to somebody who looks elsewhere in the window. */
const LONG_SECONDS = 60;
const SEEN_KEY = 'notifications.seen';

type End = 'completed' | 'failed' | 'lost' | 'collapsed';

/** Tells once how a run ended, or that it collapsed: also when that was while the window was closed. */
export class Notifications implements Disposable {
  readonly #context: ExtensionContext;
  readonly #subscription: Disposable;
  /** What was last known of the runs that this workspace saw alive; kept over reloads. */
  readonly #seen: Map<string, End | 'live'>;

  constructor(context: ExtensionContext, model: RunsModel) {
    this.#context = context;
    this.#seen = new Map(
      Object.entries(context.workspaceState.get<Record<string, End | 'live'>>(SEEN_KEY, {})),
    );
    this.#subscription = model.onRun(({ now }) => {
      this.#notice(now);
    });
  }

  dispose(): void {
    this.#subscription.dispose();
  }

  #notice(run: RunSummary): void {
    const { id } = run.record;
    const before = this.#seen.get(id);
    const now = endOf(run);
    if (now === null) {
      if (run.liveness === 'ended') this.#set(id, null);
      else if (before !== 'live' && !(before === 'collapsed' && run.record.collapsed)) this.#set(id, 'live');
      return;
    }
    // Runs that were over before this workspace knew them are no news.
    if (before === undefined || before === now) return;
    this.#set(id, run.liveness === 'ended' ? null : now);
    if (isWanted(run)) void tell(run, now);
  }

  #set(id: string, value: End | 'live' | null): void {
    if (value === null) this.#seen.delete(id);
    else this.#seen.set(id, value);
    void this.#context.workspaceState.update(SEEN_KEY, Object.fromEntries(this.#seen));
  }
}

function endOf(run: RunSummary): End | null {
  const status = shownStatus(run);
  if (status === 'completed' || status === 'failed' || status === 'lost') return status;
  return run.record.collapsed && run.liveness === 'live' ? 'collapsed' : null;
}

function isWanted({ record }: RunSummary): boolean {
  const when = setting('notifications');
  switch (when) {
    case 'always':
      return true;
    case 'never':
      return false;
    case 'whenAway':
      return !window.state.focused || elapsedSeconds(record) >= LONG_SECONDS;
  }
}

/** The file's count of active seconds is that of the last write; a lost run's clock stopped with it. */
function elapsedSeconds({ activeSeconds, startedAt, endedAt }: RunSummary['record']): number {
  if (startedAt === null) return activeSeconds;
  const end = endedAt === null ? Date.now() : Date.parse(endedAt);
  return Math.max(activeSeconds, (end - Date.parse(startedAt)) / 1000);
}

async function tell(run: RunSummary, end: End): Promise<void> {
  const title = runTitle(run);
  const open = { title: l10n.t('Open Dashboard'), command: 'distillery.openDashboard' };
  const id = run.record.id;
  const choose = async (
    show: typeof window.showInformationMessage,
    message: string,
    actions: readonly { title: string; command: string }[],
  ): Promise<void> => {
    const chosen = await show(message, ...actions.map((action) => action.title));
    const action = actions.find((each) => each.title === chosen);
    if (action) await commands.executeCommand(action.command, id);
  };
  switch (end) {
    case 'completed': {
      const best = bestText(run);
      const message = run.record.collapsed
        ? l10n.t('{0} completed, but collapsed at step {1}.', title, run.record.collapsed.step)
        : best === null
          ? l10n.t('{0} completed.', title)
          : l10n.t('{0} completed: best {1}.', title, best);
      await choose(window.showInformationMessage, message, [
        open,
        { title: l10n.t('Export Student'), command: 'distillery.exportStudent' },
      ]);
      return;
    }
    case 'failed':
      await choose(
        window.showErrorMessage,
        l10n.t('{0} failed: {1}', title, run.record.error?.message.split('\n')[0] ?? ''),
        [open, { title: l10n.t('Show Run Log'), command: 'distillery.showRunLog' }],
      );
      return;
    case 'lost':
      await choose(
        window.showErrorMessage,
        l10n.t(
          '{0} gives no sign of life: its trainer is gone. Nothing up to its last record is lost.',
          title,
        ),
        [
          { title: l10n.t('Resume'), command: 'distillery.resume' },
          { title: l10n.t('Show Run Log'), command: 'distillery.showRunLog' },
        ],
      );
      return;
    case 'collapsed':
      await choose(
        window.showWarningMessage,
        l10n.t(
          '{0} collapsed at step {1}: {2}',
          title,
          run.record.collapsed?.step ?? 0,
          run.record.collapsed?.reason ?? '',
        ),
        [open, { title: l10n.t('Stop'), command: 'distillery.stop' }],
      );
  }
}
