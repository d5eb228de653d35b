import { commands, l10n } from 'vscode';
import type { App } from '../app.ts';
import { Failure } from '../failure.ts';
import { pickRuns } from '../runs/pickRun.ts';
import { runTitle } from '../runs/runText.ts';

/** What two runs really ran, side by side in the editor's own diff. */
export async function compareConfigs(app: App, ...args: readonly unknown[]): Promise<void> {
  const ids = idsIn(args);
  const runs =
    ids.length === 2
      ? ids.map((id) => app.model.get(id)).filter((run) => run !== null)
      : await pickRuns(app, l10n.t('Compare the configurations of which two runs?'));
  if (!runs) return;
  const [before, after] = runs;
  if (!before || !after || runs.length !== 2)
    throw new Failure(l10n.t('Two runs are compared, not {0}.', runs.length), l10n.t('Choose two runs.'));
  await commands.executeCommand(
    'vscode.diff',
    app.documents.resolvedOf(before.record.id),
    app.documents.resolvedOf(after.record.id),
    `${runTitle(before)} ↔ ${runTitle(after)}`,
  );
}

/** From the page: two names. From the tree with several selected: the item and all selected ones. */
function idsIn([first, second]: readonly unknown[]): string[] {
  const all = Array.isArray(second) ? (second as readonly unknown[]) : [first, second];
  return all.flatMap((each) => {
    if (typeof each === 'string') return [each];
    if (typeof each === 'object' && each !== null && 'run' in each && typeof each.run === 'string')
      return [each.run];
    return [];
  });
}
