import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { l10n, Position, Uri, window, workspace, WorkspaceEdit } from 'vscode';
import { experimentTemplate, methodChoices, sourcesOf } from '../../sidecar/config/template.ts';
import { workspaceRoot } from '../settings.ts';

/** Three steps (method, data set or environment, file) to an experiment that can be run as it is. */
export async function newExperiment(): Promise<string | null> {
  const method = await window.showQuickPick(
    methodChoices().map(({ name, title, citation }) => ({
      label: title,
      description: name,
      detail: citation,
      name,
    })),
    { title: l10n.t('New experiment (1/3)'), placeHolder: l10n.t('Method'), matchOnDetail: true },
  );
  if (!method) return null;
  const { kind, names } = sourcesOf(method.name);
  const source = await window.showQuickPick(names, {
    title: l10n.t('New experiment (2/3)'),
    placeHolder: kind === 'dataset' ? l10n.t('Data set') : l10n.t('Environment'),
  });
  if (source === undefined) return null;
  const text = (file: string): string => experimentTemplate(file, method.name, source);
  const suggested = `${method.name}-${source}.distill.yaml`;
  const root = workspaceRoot()?.fsPath;
  if (root === undefined) {
    // No folder is open: the user decides on saving. By its name it is known as an experiment, and can be run unsaved.
    const document = await workspace.openTextDocument(Uri.from({ scheme: 'untitled', path: suggested }));
    const editor = await window.showTextDocument(document);
    if (document.getText() === '')
      await editor.edit((edit) => {
        edit.insert(new Position(0, 0), text(suggested));
      });
    return null;
  }
  const name = await window.showInputBox({
    title: l10n.t('New experiment (3/3)'),
    prompt: l10n.t('File name'),
    value: suggested,
    valueSelection: [0, suggested.indexOf('.')],
    validateInput: (typed) =>
      !/^[^/\\]+\.distill\.ya?ml$/u.test(typed)
        ? l10n.t('A file name that ends in .distill.yaml')
        : existsSync(join(root, typed))
          ? l10n.t('{0} exists already.', typed)
          : null,
  });
  if (name === undefined) return null;
  const uri = Uri.file(join(root, name));
  const edit = new WorkspaceEdit();
  edit.createFile(uri, { overwrite: false });
  edit.insert(uri, new Position(0, 0), text(name));
  await workspace.applyEdit(edit);
  const document = await workspace.openTextDocument(uri);
  await document.save();
  await window.showTextDocument(document);
  return uri.fsPath;
}
