import { l10n, QuickPickItemKind, window, type QuickPickItem } from 'vscode';
import { MAX_SUBJECTS, type Subject } from '../../sidecar/protocol/comparison.ts';
import type { RunSummary } from '../../sidecar/protocol/runSummary.ts';
import type { App } from '../app.ts';
import { Failure } from '../failure.ts';
import { checkpointText } from '../runs/checkpointText.ts';
import { pickRuns } from '../runs/pickRun.ts';
import { runTitle } from '../runs/runText.ts';
import { assertTrusted } from '../trust.ts';

type Chosen = Pick<Subject, 'run' | 'checkpoint'>;

/**
 * Opens the dashboard's Checkpoints tab with what is to be compared: items of the Checkpoints or Runs view with their best
 * roles, else what the user picks.
 */
export async function compareCheckpoints(app: App, ...args: readonly unknown[]): Promise<void> {
  assertTrusted();
  const given = chosenIn(args);
  const subjects =
    given.length > 0 ? given.map((each): Subject => ({ ...each, role: 'best' })) : await pickSubjects(app);
  if (!subjects) return;
  if (subjects.length > MAX_SUBJECTS)
    throw new Failure(
      l10n.t('At most {0} networks are compared at once, not {1}.', MAX_SUBJECTS, subjects.length),
      l10n.t('Choose fewer.'),
    );
  app.dashboards.show(null, 'checkpoints', { subjects });
  await app.sidecar.link();
}

/** Of a tree with several selected: the item and all selected ones. */
function chosenIn([first, all]: readonly unknown[]): Chosen[] {
  return (Array.isArray(all) ? (all as readonly unknown[]) : [first]).flatMap((item) => {
    if (typeof item !== 'object' || item === null || !('run' in item) || typeof item.run !== 'string')
      return [];
    const step = 'step' in item && typeof item.step === 'number' ? item.step : 'best';
    return [{ run: item.run, checkpoint: step }];
  });
}

/** Runs, then checkpoints of them, then roles of these. Null when the user changes their mind. */
async function pickSubjects(app: App): Promise<Subject[] | null> {
  const runs = await pickRuns(app, l10n.t('Compare checkpoints of which runs?'));
  if (!runs || runs.length === 0) return null;
  const link = await app.sidecar.link();
  const offered = await Promise.all(
    runs.map(async (run) => {
      const { checkpoints } = await link.request('runs/show', { run: run.record.id });
      return checkpoints.toReversed().map((info) => ({
        ...checkpointText(info, run),
        group: run,
        value: { run: run.record.id, checkpoint: info.step },
        picked: run.record.best?.step === info.step,
      }));
    }),
  );
  const checkpoints = await pickSeveral(offered.flat(), l10n.t('Compare which checkpoints?'));
  if (!checkpoints) return null;
  const roles = checkpoints.flatMap(({ label, group, value }) =>
    ['best', ...group.record.roles.map(({ id }) => id)].map((role) => ({
      label: role === 'best' ? l10n.t('best role') : role,
      description: label,
      group,
      value: { ...value, role },
      picked: role === 'best',
    })),
  );
  const picked = await pickSeveral(roles, l10n.t('Compare which roles? The first is the reference'));
  return picked?.map(({ value }) => value) ?? null;
}

interface Grouped extends QuickPickItem {
  readonly group: RunSummary;
}

/** Several of some items, which stand in groups by their run; null when nothing is chosen. */
async function pickSeveral<T extends Grouped>(items: readonly T[], placeHolder: string): Promise<T[] | null> {
  type Entry = T | { label: string; kind: QuickPickItemKind.Separator };
  const entries = items.flatMap((item, index): Entry[] =>
    items[index - 1]?.group === item.group
      ? [item]
      : [{ label: runTitle(item.group), kind: QuickPickItemKind.Separator }, item],
  );
  const picked = await window.showQuickPick<Entry>(entries, {
    placeHolder,
    canPickMany: true,
    matchOnDescription: true,
  });
  const chosen = picked?.filter((entry): entry is T => 'group' in entry) ?? [];
  return chosen.length === 0 ? null : chosen;
}
