import { l10n, workspace } from 'vscode';
import { Failure } from './failure.ts';

/** In Restricted Mode nothing is started, steered or changed; the daemon refuses it too (`access: 'read'`). */
export function assertTrusted(): void {
  if (workspace.isTrusted) return;
  throw new Failure(
    l10n.t('This workspace is not trusted, so nothing is executed here.'),
    l10n.t('Trust the workspace first (command "Workspaces: Manage Workspace Trust").'),
  );
}
