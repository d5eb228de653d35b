import { l10n, ProgressLocation, window } from 'vscode';
import type { DoctorReport } from '../../sidecar/protocol/doctorReport.ts';
import type { App } from '../app.ts';
import { remember } from '../log.ts';
import { changeSetting, setting } from '../settings.ts';
import { assertTrusted } from '../trust.ts';

/** Which backend new runs ask for, whatever their experiment says. What the doctor knows stands beside each. */
export async function selectBackend(app: App): Promise<void> {
  assertTrusted();
  const now = setting('backend');
  const known = new Map((await reportOf(app))?.backends.map((each) => [each.name, each]));
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
  await changeSetting('backend', picked.value);
  window.setStatusBarMessage(l10n.t('Backend of new runs: {0}', titleOf(picked.value)), 3_000);
}

/** One can choose without it: a machine that cannot be examined may still have a backend. */
async function reportOf(app: App): Promise<DoctorReport | null> {
  const { environmentView } = app;
  if (environmentView.report) return environmentView.report;
  try {
    return await window.withProgress(
      { location: ProgressLocation.Window, title: l10n.t('Examining this machine') },
      () => environmentView.examine(),
    );
  } catch (error) {
    remember(error);
    return null;
  }
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
