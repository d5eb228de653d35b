import { l10n, window, type QuickPickItem } from 'vscode';
import type { RunSummary } from '../../sidecar/protocol/runSummary.ts';
import type { App } from '../app.ts';
import { Failure } from '../failure.ts';
import { runDescription, runTitle, statusIcon, statusWord } from './runText.ts';

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
  pin: ({ notes }: RunSummary): boolean => !notes.pinned,
  unpin: ({ notes }: RunSummary): boolean => notes.pinned,
  hide: ({ notes }: RunSummary): boolean => !notes.hidden,
  unhide: ({ notes }: RunSummary): boolean => notes.hidden,
  always: (): boolean => true,
} satisfies Record<string, Fits>;

/**
 * The run that an argument of a command names: an id, or a tree item. Null when it names none.
 * @throws Failure when it names one that is gone: what was meant for it must not happen to another
 */
function named(app: App, argument: unknown): RunSummary | null {
  const id = typeof argument === 'object' && argument !== null && 'run' in argument ? argument.run : argument;
  if (typeof id !== 'string') return null;
  const run = app.model.get(id);
  if (run) return run;
  throw new Failure(
    l10n.t('There is no run {0} any more.', id),
    l10n.t('Choose another one in the Runs view.'),
  );
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
      l10n.t('"{0}" is not in a state for this: {1}.', runTitle(given), statusWord(given)),
      l10n.t('Look at its state in the Runs view.'),
    );
  }
  const { selected, runs } = app.model;
  if (selected && fits(selected)) return selected;
  const fitting = runs.filter(fits).reverse();
  if (fitting.length === 0)
    throw new Failure(
      l10n.t('{0} None is in a state for this.', placeHolder),
      l10n.t('The Runs view says how each stands.'),
    );
  if (fitting.length === 1 && fitting[0]) return fitting[0];
  const picked = await window.showQuickPick(
    fitting.map((run) => item(app, run)),
    { placeHolder, matchOnDescription: true, matchOnDetail: true },
  );
  return picked?.run ?? null;
}

/**
 * As many runs as the user picks, the oldest first: what came before is shown before. Null when they change their mind.
 * @throws Failure when there is none
 */
export async function pickRuns(app: App, placeHolder: string): Promise<RunSummary[] | null> {
  await (await app.sidecar.link()).whenConnected();
  const { runs, selected } = app.model;
  if (runs.length === 0)
    throw new Failure(l10n.t('There is no run yet.'), l10n.t('Start one from an experiment file.'));
  const picked = await window.showQuickPick(
    [...runs].reverse().map((run) => ({ ...item(app, run), picked: run === selected })),
    { placeHolder, canPickMany: true, matchOnDescription: true, matchOnDetail: true },
  );
  return picked?.map(({ run }) => run).toReversed() ?? null;
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
