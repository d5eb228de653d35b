import { l10n, window } from 'vscode';
import type { App } from '../app.ts';
import { changeSetting, setting } from '../settings.ts';

export async function showHiddenRuns(app: App): Promise<void> {
  app.runsView.setShowHidden(true);
  return Promise.resolve();
}

export async function hideHiddenRuns(app: App): Promise<void> {
  app.runsView.setShowHidden(false);
  return Promise.resolve();
}

export async function groupRuns(): Promise<void> {
  const now = setting('groupRuns');
  const picked = await window.showQuickPick(
    (
      [
        ['status', l10n.t('by status')],
        ['experiment', l10n.t('by experiment')],
        ['none', l10n.t('not at all')],
      ] as const
    ).map(([value, label]) => ({ label, value, picked: value === now })),
    { placeHolder: l10n.t('Group runs') },
  );
  if (picked) await changeSetting('groupRuns', picked.value);
}
