import { commands, l10n, window, type Disposable } from 'vscode';
import { VERSION } from '../identity.ts';
import type { RunsModel } from '../runs/runsModel.ts';

/** Another version of the daemon than ours: said once, with the one thing to do about it. */
export function watchVersions(model: RunsModel): Disposable {
  const told = new Set<string>();
  return model.onDidChange(() => {
    const { state } = model;
    const other = state.kind === 'connected' && state.version !== VERSION ? state.version : null;
    const problem =
      other !== null
        ? l10n.t('The sidecar that serves this folder is version {0}, this extension is {1}.', other, VERSION)
        : state.kind === 'failed'
          ? state.message
          : null;
    if (problem === null || told.has(problem)) return;
    told.add(problem);
    const restart = l10n.t('Restart the Sidecar (Runs Go On)');
    void window.showWarningMessage(problem, restart).then(async (answer) => {
      if (answer === restart) await commands.executeCommand('distillery.restartSidecar');
    });
  });
}
