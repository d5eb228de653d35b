import { l10n, window, type QuickPickItem } from 'vscode';
import type { RunSummary } from '../../sidecar/protocol/runSummary.ts';
import type { App } from '../app.ts';
import { Failure } from '../failure.ts';
import { runDescription, runTitle, statusIcon } from './runText.ts';

export type Fits = (run: RunSummary) => boolean;

const isLive = ({ liveness }: RunSummary): boolean => liveness === 'live';

/** What can be done to a run in its state; commands, context keys and tree items all ask here. */
export const can = {
  pause: (run: RunSummary): boolean => isLive(run) && run.want === 'run' && run.record.status !== 'paused',
  resume: (run: RunSummary): boolean =>
    isLive(run)
      ? run.want === 'pause' || run.record.status === 'paused'
      : run.liveness === 'lost' || run.record.status === 'stopped' || run.record.status === 'failed',
  stop: (run: RunSummary): boolean =>
    run.want !== 'stop' && (isLive(run) || run.liveness === 'queued' || run.liveness === 'lost'),
  checkpoint: (run: RunSummary): boolean => isLive(run) && run.record.status === 'running',
  delete: (run: RunSummary): boolean => run.liveness === 'ended' || run.liveness === 'lost',
  export: (run: RunSummary): boolean => run.record.step > 0,
  always: (): boolean => true,
} satisfies Record<string, Fits>;

/** The run that an argument of a command names: an id, or a tree item. */
function named(app: App, argument: unknown): RunSummary | null {
  if (typeof argument === 'string') return app.model.get(argument);
  if (typeof argument !== 'object' || argument === null || !('run' in argument)) return null;
  return typeof argument.run === 'string' ? app.model.get(argument.run) : null;
}

/**
 * The run that a command is about: the one named by its argument, else the selected one if it fits, else the only one that
 * fits, else what the user picks.
 * @returns null when the user changes their mind
 * @throws Failure when no run fits, or the one named does not
 */
export async function pickRun(
  app: App,
  argument: unknown,
  fits: Fits,
  placeHolder: string,
): Promise<RunSummary | null> {
  await (await app.sidecar.link()).whenConnected();
  const given = named(app, argument);
  if (given) {
    if (fits(given)) return given;
    throw new Failure(
      l10n.t('"{0}" is not in a state for this: {1}.', runTitle(given), placeHolder),
      l10n.t('Look at its state in the Runs view.'),
    );
  }
  const { selected, runs } = app.model;
  if (selected && fits(selected)) return selected;
  const fitting = runs.filter(fits).reverse();
  if (fitting.length === 0)
    throw new Failure(l10n.t('No run fits: {0}.', placeHolder), l10n.t('Start a run first.'));
  if (fitting.length === 1 && fitting[0]) return fitting[0];
  const picked = await window.showQuickPick(
    fitting.map((run) => item(app, run)),
    { placeHolder, matchOnDescription: true, matchOnDetail: true },
  );
  return picked?.run ?? null;
}

/** As many runs as the user picks; null when they change their mind. */
export async function pickRuns(app: App, placeHolder: string): Promise<RunSummary[] | null> {
  await (await app.sidecar.link()).whenConnected();
  const { runs, selected } = app.model;
  const picked = await window.showQuickPick(
    [...runs].reverse().map((run) => ({ ...item(app, run), picked: run === selected })),
    { placeHolder, canPickMany: true, matchOnDescription: true, matchOnDetail: true },
  );
  return picked?.map(({ run }) => run) ?? null;
}

function item(app: App, run: RunSummary): QuickPickItem & { run: RunSummary } {
  return {
    label: runTitle(run),
    description: runDescription(run, app.model.pulse(run.record.id)),
    detail: run.record.id,
    iconPath: statusIcon(run),
    run,
  };
}
