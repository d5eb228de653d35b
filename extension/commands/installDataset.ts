import { l10n, window } from 'vscode';
import type { App } from '../app.ts';
import { Failure } from '../failure.ts';
import { mendData } from '../sidecar/program.ts';
import { assertTrusted } from '../trust.ts';
import { downloadData } from './data.ts';

/** The one that comes with the extension. */
const EMBEDDED = 'mnist';

/**
 * Puts back data that come with the extension and are missing from the sidecar's copy; others are downloaded.
 * @param argument the data set's name
 */
export async function installDataset(app: App, argument?: unknown): Promise<void> {
  assertTrusted();
  if (typeof argument === 'string' && argument !== EMBEDDED) {
    await downloadData(app, argument);
    return;
  }
  const link = await app.sidecar.link();
  await link.whenConnected();
  const problems = async (): Promise<Record<string, string>> =>
    (await link.request('system/datasets', {})).problems;
  const wanted = EMBEDDED in (await problems()) ? [EMBEDDED] : [];
  await mendData(app.context);
  const left = await problems();
  const failed = wanted.filter((name) => name in left);
  if (failed.length > 0)
    throw new Failure(
      l10n.t('The data set {0} could not be installed.', failed.join(', ')),
      left[failed[0] ?? ''] ?? '',
    );
  void window.showInformationMessage(
    wanted.length === 0
      ? l10n.t('The data set that comes with Distillery is installed.')
      : l10n.t('The data set {0} is installed.', wanted.join(', ')),
  );
}
