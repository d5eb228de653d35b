import { commands, l10n } from 'vscode';
import type { App } from '../app.ts';
import { subjectOf, toldApart } from '../compare/subjects.ts';
import { Failure } from '../failure.ts';
import { pickRuns } from '../runs/pickRun.ts';
import { runIdsIn } from '../runs/runIds.ts';

/** In what two runs differ, settings and origin, in order of likely effect: as a page. */
export async function explainDifference(app: App, ...args: readonly unknown[]): Promise<void> {
  const named = runIdsIn(app.model, args);
  const runs =
    named.length === 2
      ? named
      : (await pickRuns(app, l10n.t('Explain the difference of which two runs?')))?.map(
          ({ record }) => record.id,
        );
  if (!runs) return;
  const subjects = await Promise.all(runs.map((run) => subjectOf(app, { kind: 'run', run })));
  const [before, after] = toldApart(subjects);
  if (!before?.record || !after?.record || runs.length !== 2)
    throw new Failure(l10n.t('Two runs are compared, not {0}.', runs.length), l10n.t('Choose two runs.'));
  const { explanationMarkdown } = await import('../../sidecar/config/explain.ts');
  const text = explanationMarkdown({ ...before, record: before.record }, { ...after, record: after.record });
  await commands.executeCommand('markdown.showPreview', app.documents.show('explanation.md', text));
}
