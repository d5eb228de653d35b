import { l10n, ProgressLocation, window } from 'vscode';
import type { App } from '../app.ts';
import { runCli } from '../sidecar/cli.ts';
import { assertTrusted } from '../trust.ts';

export async function refreshEnvironment(app: App): Promise<void> {
  assertTrusted();
  await app.environmentView.examine();
}

/** The whole examination, speeds included, as text beside the code. */
export async function doctor(app: App): Promise<void> {
  assertTrusted();
  const text = await window.withProgress(
    {
      location: ProgressLocation.Notification,
      title: l10n.t('Examining this machine'),
      cancellable: true,
    },
    (_, token) =>
      // It exits with 1 when no backend works, which is a finding and no failure.
      runCli(app.context, ['doctor'], { cwd: app.context.globalStorageUri.fsPath, token, accept: [0, 1] }),
  );
  await window.showTextDocument(app.documents.show('doctor.txt', text), { preview: true });
}
