import { l10n, window } from 'vscode';
import type { App } from '../app.ts';
import { can, pickRun } from '../runs/pickRun.ts';
import { runTitle } from '../runs/runText.ts';
import { assertTrusted } from '../trust.ts';

/** Into the runs folder's own trash, after asking: nothing is erased. */
export async function deleteRun(app: App, argument?: unknown): Promise<void> {
  assertTrusted();
  const run = await pickRun(app, argument, can.delete, l10n.t('Delete which run?'));
  if (!run) return;
  const move = l10n.t('Move to Trash');
  const answer = await window.showWarningMessage(
    l10n.t('Delete the run "{0}"?', runTitle(run)),
    { modal: true, detail: l10n.t('Its folder is moved to {0}; nothing is erased.', '.trash') },
    move,
  );
  if (answer !== move) return;
  const link = await app.sidecar.link();
  const { movedTo } = await link.request('runs/delete', { run: run.record.id });
  window.setStatusBarMessage(l10n.t('Moved to {0}', movedTo), 5_000);
}
