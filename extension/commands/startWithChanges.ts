import { l10n, QuickPickItemKind, window, workspace, type QuickPickItem } from 'vscode';
import { flattenExperiment } from '../../sidecar/config/diff.ts';
import { RULES } from '../../sidecar/config/findings.ts';
import { parseExperiment } from '../../sidecar/config/load.ts';
import type { App } from '../app.ts';
import { messageOf, showFindings } from '../language/findings.ts';
import { assertTrusted } from '../trust.ts';
import { experimentOf, sourceOf, submit } from './startRun.ts';

interface Choice extends QuickPickItem {
  readonly path?: string;
}

const LAST_CHANGED = 'startWithChanges.last';

/** A list of all parameters with what they are now; each can be given another value, checked while it is typed. */
export async function startRunWithChanges(app: App, argument?: unknown): Promise<string | null> {
  assertTrusted();
  const uri = await experimentOf(argument);
  if (!uri) return null;
  const file = uri.path.split('/').at(-1) ?? '';
  const text = (await workspace.openTextDocument(uri)).getText();
  const check = (overrides: readonly string[]) => parseExperiment(file, text, overrides);
  const errors = check([]).findings.filter(({ code }) => RULES[code] === 'error');
  if (errors.length > 0) {
    showFindings(errors.map((each) => ({ ...each, file: uri.fsPath })));
    return null;
  }
  const changes = new Map<string, string>();
  const overrides = (): string[] => [...changes].map(([path, value]) => `${path}=${value}`);
  for (;;) {
    const { resolved } = check(overrides());
    if (!resolved) return null;
    const picked = await chooseParameter(app, file, flattenExperiment(resolved.experiment), changes);
    if (!picked) return null;
    if (picked.path === undefined) {
      await app.context.globalState.update(LAST_CHANGED, [...changes.keys()]);
      const run = await submit(app, await sourceOf(uri), overrides());
      return run?.record.id ?? null;
    }
    const { path } = picked;
    const now = flattenExperiment(resolved.experiment).get(path);
    const value = await window.showInputBox({
      title: l10n.t('Start with changes: {0}', path),
      prompt: l10n.t('Empty: as the experiment says'),
      value: changes.get(path) ?? JSON.stringify(now),
      validateInput: (typed) => {
        const others = [...changes].filter(([other]) => other !== path).map(([p, v]) => `${p}=${v}`);
        const all = typed.trim() === '' ? others : [...others, `${path}=${typed.trim()}`];
        const wrong = check(all).findings.find(({ code }) => RULES[code] === 'error');
        return wrong ? messageOf(wrong) : null;
      },
    });
    if (value === undefined) continue;
    // The value that it would have anyway is no change.
    if (value.trim() === '' || (!changes.has(path) && value.trim() === JSON.stringify(now)))
      changes.delete(path);
    else changes.set(path, value.trim());
  }
}

/** Undefined when the user gives up; without `path` they want to start. */
async function chooseParameter(
  app: App,
  file: string,
  parameters: ReadonlyMap<string, unknown>,
  changes: ReadonlyMap<string, string>,
): Promise<Choice | undefined> {
  const last = new Set(app.context.globalState.get<string[]>(LAST_CHANGED, []));
  const item = ([path, value]: readonly [string, unknown]): Choice => ({
    label: path,
    description: changes.get(path) ?? JSON.stringify(value),
    ...(changes.has(path) ? { detail: l10n.t('changed') } : {}),
    path,
  });
  // What the stages decided is derived; one changes what it follows from.
  const all = [...parameters].filter(([path]) => !path.startsWith('stages.'));
  const recent = all.filter(([path]) => last.has(path) || changes.has(path));
  const choices: Choice[] = [
    {
      label: `$(play) ${changes.size === 0 ? l10n.t('Start without changes') : l10n.t('Start with these changes')}`,
      detail: [...changes].map(([path, value]) => `${path} = ${value}`).join(', '),
      alwaysShow: true,
    },
    ...(recent.length === 0
      ? []
      : [
          { label: l10n.t('changed now or last time'), kind: QuickPickItemKind.Separator },
          ...recent.map(item),
        ]),
    { label: l10n.t('all parameters'), kind: QuickPickItemKind.Separator },
    ...all.filter((each) => !recent.includes(each)).map(item),
  ];
  return await window.showQuickPick(choices, {
    title: l10n.t('Start {0} with changes', file),
    placeHolder: l10n.t('Choose a parameter to change, or start'),
    matchOnDescription: true,
  });
}
