import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { l10n, ProgressLocation, Uri, window } from 'vscode';
import type { App } from '../app.ts';
import { tellError } from '../log.ts';
import { reveal } from '../reveal.ts';
import { can, pickRun } from '../runs/pickRun.ts';
import { runTitle } from '../runs/runText.ts';
import { runCli } from '../sidecar/cli.ts';
import { workspaceRoot } from '../settings.ts';
import { assertTrusted } from '../trust.ts';

/** Writes the best role of a run as a TF.js layers model; gives back the folder. */
export async function exportStudent(app: App, argument?: unknown, into?: unknown): Promise<string | null> {
  assertTrusted();
  const run = await pickRun(app, argument, can.export, l10n.t('Export the student of which run?'));
  if (!run) return null;
  const folder = typeof into === 'string' ? into : await chooseFolder(run.record.id);
  if (folder === null) return null;
  await window.withProgress(
    {
      location: ProgressLocation.Notification,
      title: l10n.t('Exporting {0}', runTitle(run)),
      cancellable: true,
    },
    (_, token) =>
      runCli(
        app.context,
        ['--runs', app.sidecar.runsFolder, 'export', run.record.id, '--role', 'best', '--out', folder],
        { cwd: app.sidecar.runsFolder, token },
      ),
  );
  const show = l10n.t('Reveal');
  // Not waited for: the export is done.
  void window
    .showInformationMessage(
      l10n.t('Exported to {0}: any TF.js loads it with tf.loadLayersModel.', folder),
      show,
    )
    .then((answer) => {
      if (answer === show) reveal(Uri.file(join(folder, 'model.json'))).catch(tellError);
    });
  return folder;
}

/** A new folder: an export never overwrites. */
async function chooseFolder(run: string): Promise<string | null> {
  const root = workspaceRoot()?.fsPath;
  if (root === undefined) {
    const [chosen] =
      (await window.showOpenDialog({
        canSelectFolders: true,
        canSelectFiles: false,
        openLabel: l10n.t('Export here'),
      })) ?? [];
    return chosen ? join(chosen.fsPath, run) : null;
  }
  const value = await window.showInputBox({
    title: l10n.t('Export the student'),
    prompt: l10n.t('A new folder for model.json and its weights; relative to the workspace folder'),
    value: join(root, 'exports', run),
    validateInput: (typed) =>
      typed.trim() === ''
        ? l10n.t('Name a folder.')
        : existsSync(resolve(root, typed.trim()))
          ? l10n.t('{0} exists already: an export never overwrites.', typed)
          : null,
  });
  return value === undefined ? null : resolve(root, value.trim());
}
