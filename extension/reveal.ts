import { commands, env, l10n, UIKind, window, workspace, type Uri } from 'vscode';

/** Shows a file in the editor's explorer when it is part of the workspace, else in the system's, else says where it is. */
export async function reveal(uri: Uri): Promise<void> {
  if (workspace.getWorkspaceFolder(uri)) {
    await commands.executeCommand('revealInExplorer', uri);
    return;
  }
  // The system's explorer shows only what is on the machine that one sits at.
  if (env.uiKind === UIKind.Desktop && env.remoteName === undefined) {
    await commands.executeCommand('revealFileInOS', uri);
    return;
  }
  const copy = l10n.t('Copy Path');
  const answer = await window.showInformationMessage(
    l10n.t('It is outside of the workspace: {0}', uri.fsPath),
    copy,
  );
  if (answer === copy) await env.clipboard.writeText(uri.fsPath);
}
