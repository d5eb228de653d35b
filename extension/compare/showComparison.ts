import { commands, Selection, workspace, type Range, type Uri } from 'vscode';
import type { App } from '../app.ts';
import { toldApart, type Compared } from './subjects.ts';

/**
 * Two subjects in the editor's own diff, on their effective configurations; two or more in the tree of differences, which
 * has the results of two runs beside them.
 */
export async function showComparison(app: App, subjects: readonly Compared[]): Promise<void> {
  const [{ compareExperiments }, { compareResults }] = await Promise.all([
    import('../../sidecar/config/diff.ts'),
    import('../../sidecar/protocol/results.ts'),
  ]);
  const comparison = compareExperiments(toldApart(subjects));
  const [before, after] = subjects.length === 2 ? subjects : [];
  const results = before?.record && after?.record ? compareResults(before.record, after.record) : [];
  const sides = before && after ? sidesOf(app, comparison.labels, comparison.texts) : null;
  const open = async (options?: object): Promise<void> => {
    if (sides) await commands.executeCommand('vscode.diff', ...sides, comparison.labels.join(' ↔ '), options);
  };
  app.differences.show({
    ...comparison,
    results,
    reveal: sides
      ? async (path) => {
          await open({ preserveFocus: false, ...(await placeOf(sides[1], path)) });
        }
      : null,
  });
  // The tree says what the diff cannot: where values come from, and what cannot matter. The diff has the last word.
  await commands.executeCommand('distillery.differences.focus');
  await open();
}

function sidesOf(app: App, labels: readonly string[], texts: readonly string[]): [Uri, Uri] {
  const side = (index: number): Uri =>
    app.documents.show(
      `effective/${index + 1}/${(labels[index] ?? '').replaceAll('/', '∕')}.yaml`,
      texts[index] ?? '',
    );
  return [side(0), side(1)];
}

/** Where a setting stands in an effective configuration; nothing where it has none. */
async function placeOf(uri: Uri, path: string): Promise<{ selection?: Range }> {
  const lines = (await workspace.openTextDocument(uri)).getText().split('\n');
  let from = 0;
  for (const [depth, key] of path.split('.').entries()) {
    const at = lines.findIndex(
      (line, index) => index >= from && line.startsWith(`${'  '.repeat(depth)}${key}:`),
    );
    if (at === -1) return {};
    from = at;
  }
  return { selection: new Selection(from, 0, from, 0) };
}
