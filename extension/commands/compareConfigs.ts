import { l10n } from 'vscode';
import type { App } from '../app.ts';
import { showComparison } from '../compare/showComparison.ts';
import { subjectOf } from '../compare/subjects.ts';
import { Failure } from '../failure.ts';
import { pickRuns } from '../runs/pickRun.ts';
import { runIdsIn } from '../runs/runIds.ts';

/** What two or more runs really ran: two in the editor's diff, many as a matrix of the settings that differ. */
export async function compareConfigs(app: App, ...args: readonly unknown[]): Promise<void> {
  const named = runIdsIn(app.model, args);
  const runs =
    named.length > 1
      ? named
      : (await pickRuns(app, l10n.t('Compare the configurations of which runs?')))?.map(
          ({ record }) => record.id,
        );
  if (!runs) return;
  if (runs.length < 2)
    throw new Failure(
      l10n.t('Two or more runs are compared, not {0}.', runs.length),
      l10n.t('Choose two runs.'),
    );
  await showComparison(app, await Promise.all(runs.map((run) => subjectOf(app, { kind: 'run', run }))));
}
