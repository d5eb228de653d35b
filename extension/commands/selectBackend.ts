import { ConfigurationTarget, l10n, window, workspace } from 'vscode';
import type { App } from '../app.ts';
import { setting } from '../settings.ts';
import { assertTrusted } from '../trust.ts';

/** Which backend new runs ask for, whatever their experiment says. What the doctor knows stands beside each. */
export async function selectBackend(app: App): Promise<void> {
  assertTrusted();
  const now = setting('backend');
  const report = app.environmentView.report ?? (await app.environmentView.examine());
  const known = new Map(report.backends.map((each) => [each.name, each]));
  const picked = await window.showQuickPick(
    (['experiment', 'auto', 'tensorflow', 'webgpu', 'wasm', 'cpu'] as const).map((value) => {
      const backend = known.get(value);
      return {
        label: `${value === now ? '$(check) ' : ''}${titleOf(value)}`,
        description: backend ? (backend.usable ? backend.device : l10n.t('not usable')) : '',
        detail: backend?.usable === false ? backend.reason : '',
        value,
      };
    }),
    { placeHolder: l10n.t('Which backend should new runs ask for?') },
  );
  if (!picked) return;
  await workspace.getConfiguration('distillery').update('backend', picked.value, ConfigurationTarget.Global);
}

function titleOf(value: string): string {
  switch (value) {
    case 'experiment':
      return l10n.t('as the experiment says');
    case 'auto':
      return l10n.t('auto: the best that works');
    default:
      return value;
  }
}
