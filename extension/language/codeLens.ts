import { CodeLens, l10n, languages, Range, workspace, type Disposable, type TextDocument } from 'vscode';
import { EXPERIMENT_GLOB } from '../identity.ts';

/** What one does with an experiment, above its first line. */
export function provideCodeLenses(): Disposable {
  return languages.registerCodeLensProvider(
    { pattern: EXPERIMENT_GLOB },
    {
      provideCodeLenses({ uri }: TextDocument): CodeLens[] {
        if (!workspace.isTrusted) return [];
        const top = new Range(0, 0, 0, 0);
        const lens = (title: string, command: string): CodeLens =>
          new CodeLens(top, { title, command: `distillery.${command}`, arguments: [uri] });
        return [
          lens(`$(play) ${l10n.t('Start Run')}`, 'startRun'),
          lens(l10n.t('Start With Changes'), 'startRunWithChanges'),
        ];
      },
    },
  );
}
