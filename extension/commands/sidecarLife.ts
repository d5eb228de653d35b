import { l10n, ProgressLocation, window } from 'vscode';
import type { App } from '../app.ts';
import { endDaemon } from '../sidecar/endDaemon.ts';
import { assertTrusted } from '../trust.ts';

export async function startSidecar(app: App): Promise<void> {
  const link = await app.sidecar.link();
  await link.whenConnected();
}

/** The daemon anew, runs untouched: after an update, or when versions do not fit. */
export async function restartSidecar(app: App): Promise<void> {
  assertTrusted();
  const { runsFolder } = app.sidecar;
  try {
    await endDaemon(app.sidecar.current, runsFolder, 'leave');
  } finally {
    app.sidecar.close();
  }
  await startSidecar(app);
  window.setStatusBarMessage(l10n.t('The sidecar was started again; runs go on'), 3_000);
}

export async function stopSidecar(app: App): Promise<void> {
  assertTrusted();
  const live = app.model.runs.filter(({ liveness }) => liveness === 'live' || liveness === 'queued').length;
  const only = l10n.t('Stop the Sidecar Only');
  const all = l10n.t('Checkpoint and Stop All Runs Too');
  const answer = await window.showWarningMessage(
    l10n.t('Stop the sidecar?'),
    {
      modal: true,
      detail:
        live === 0
          ? l10n.t('No run is live. The next command starts it again.')
          : l10n.t(
              'Live or queued runs: {0}. Without the sidecar live runs go on training, and nobody watches them or starts queued ones.',
              live,
            ),
    },
    ...(live === 0 ? [only] : [only, all]),
  );
  if (answer !== only && answer !== all) return;
  const { runsFolder } = app.sidecar;
  const stillRunning = await window.withProgress(
    { location: ProgressLocation.Notification, title: l10n.t('Stopping the sidecar') },
    async () => {
      try {
        return await endDaemon(app.sidecar.current, runsFolder, answer === all ? 'stop' : 'leave');
      } catch (error) {
        app.sidecar.close();
        throw error;
      }
    },
  );
  app.sidecar.stop();
  if (stillRunning.length > 0)
    void window.showWarningMessage(
      l10n.t(
        'Still ending after the time allowed: {0}. They stop after their present step.',
        stillRunning.join(', '),
      ),
    );
}
