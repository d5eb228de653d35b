import {
  CodeLens,
  EventEmitter,
  l10n,
  languages,
  Range,
  workspace,
  Disposable,
  type TextDocument,
} from 'vscode';
import { EXPERIMENT_GLOB } from '../identity.ts';

/** What one does with an experiment, above its first line. */
export function provideCodeLenses(): Disposable {
  const changed = new EventEmitter<void>();
  const granted = workspace.onDidGrantWorkspaceTrust(() => {
    changed.fire();
  });
  const registration = languages.registerCodeLensProvider(
    { pattern: EXPERIMENT_GLOB },
    {
      onDidChangeCodeLenses: changed.event,
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
  return Disposable.from(registration, granted, changed);
}
