import { l10n, window } from 'vscode';
import type { App } from '../app.ts';
import { can, pickRun, type Fits } from '../runs/pickRun.ts';
import { runTitle } from '../runs/runText.ts';
import { assertTrusted } from '../trust.ts';
import type { Handler } from './table.ts';

/** Commands that write down what is wanted of a run; `runs/changed` tells when it has happened. */
function steering(
  method: 'runs/stop' | 'runs/pause' | 'runs/resume' | 'runs/checkpoint',
  fits: Fits,
  ask: () => string,
  said: (title: string) => string,
): Handler {
  return async (app: App, argument) => {
    assertTrusted();
    const run = await pickRun(app, argument, fits, ask());
    if (!run) return;
    const link = await app.sidecar.link();
    await link.request(method, { run: run.record.id });
    window.setStatusBarMessage(said(runTitle(run)), 3_000);
  };
}

export const stop = steering(
  'runs/stop',
  can.stop,
  () => l10n.t('Stop which run? It makes a checkpoint first'),
  (title) => l10n.t('Stopping {0}: it makes a checkpoint first', title),
);
export const pause = steering(
  'runs/pause',
  can.pause,
  () => l10n.t('Pause which run?'),
  (title) => l10n.t('Pausing {0} after its step', title),
);
export const resume = steering(
  'runs/resume',
  can.resume,
  () => l10n.t('Resume which run?'),
  (title) => l10n.t('Resuming {0}', title),
);
export const checkpoint = steering(
  'runs/checkpoint',
  can.checkpoint,
  () => l10n.t('Which run should make a checkpoint now?'),
  (title) => l10n.t('{0} makes a checkpoint', title),
);
