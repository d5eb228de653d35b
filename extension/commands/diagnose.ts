import { arch, cpus, homedir, platform, release, totalmem } from 'node:os';
import { env, l10n, version, window, workspace } from 'vscode';
import type { App } from '../app.ts';
import { VERSION } from '../identity.ts';
import { log, recentErrors } from '../log.ts';

export async function showLog(): Promise<void> {
  log().show();
  return Promise.resolve();
}

/** What somebody who helps has to know; no token, no path of a run, no contents of files. */
export async function copyDiagnosticReport(app: App): Promise<void> {
  const { state, runs } = app.model;
  const settings = workspace.getConfiguration('distillery');
  const count = (liveness: string): number => runs.filter((run) => run.liveness === liveness).length;
  const report = [
    '# Distillery',
    `extension ${VERSION}, editor ${version} (${env.appHost}${env.remoteName === undefined ? '' : `, remote ${env.remoteName}`})`,
    `Node ${process.version}, ${platform()} ${release()} ${arch()}, ${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}, ${(totalmem() / 2 ** 30).toFixed(1)} GiB`,
    `trusted: ${String(workspace.isTrusted)}; workspace folders: ${workspace.workspaceFolders?.length ?? 0}`,
    `sidecar: ${state.kind}${'version' in state ? ` ${state.version}` : ''}${'message' in state ? ` (${state.message})` : ''}`,
    `runs: ${runs.length}, live ${count('live')}, queued ${count('queued')}, lost ${count('lost')}`,
    ...(['backend', 'parallelRuns', 'notifications', 'groupRuns'] as const).map(
      (name) => `distillery.${name}: ${JSON.stringify(settings.get(name))}`,
    ),
    `distillery.nodePath: ${settings.get('nodePath') === '' ? 'not set' : 'set'}`,
    '## Last errors',
    ...(recentErrors().length === 0 ? ['none'] : recentErrors()),
  ].join('\n');
  await env.clipboard.writeText(withoutPaths(report));
  void window.showInformationMessage(l10n.t('The diagnostic report is on the clipboard.'));
}

/** Messages and stacks name folders, which tell who somebody is and what they work on: the last name is enough. */
function withoutPaths(text: string): string {
  const known = [
    ...(workspace.workspaceFolders ?? []).map(({ uri }) => uri.fsPath),
    homedir(),
    // A folder's name may have spaces, which end a path for the pattern below.
  ].sort((a, b) => b.length - a.length);
  const shorter = known.reduce((rest, folder) => rest.replaceAll(folder, '…'), text);
  return shorter.replace(/(?<![\w.])(?:[A-Za-z]:|~|…)?(?:[\\/][^\s\\/:'"()]+)+[\\/](?=[^\s\\/])/gu, '…/');
}
