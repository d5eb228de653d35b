import { l10n, window } from 'vscode';
import type { App } from '../app.ts';
import { can, pickRun } from '../runs/pickRun.ts';
import { checkpointText } from '../runs/checkpointText.ts';
import { assertTrusted } from '../trust.ts';
import { accept } from './startRun.ts';

/** A new run that begins where a checkpoint of another one stands. From the newest one, `resume` goes on with the run itself. */
export async function resumeFromCheckpoint(app: App, argument?: unknown): Promise<string | null> {
  assertTrusted();
  const run = await pickRun(app, argument, can.export, l10n.t('From a checkpoint of which run?'));
  if (!run) return null;
  const link = await app.sidecar.link();
  const step = stepOf(argument) ?? (await pickStep());
  if (step === null) return null;
  const answer = await link.request('runs/branch', { run: run.record.id, step, overrides: [] });
  return accept(app, answer)?.record.id ?? null;

  async function pickStep(): Promise<number | null> {
    if (!run) return null;
    const { checkpoints } = await link.request('runs/show', { run: run.record.id });
    const picked = await window.showQuickPick(
      checkpoints
        .map((checkpoint) => ({ ...checkpointText(checkpoint, run), step: checkpoint.step }))
        .reverse(),
      { placeHolder: l10n.t('Begin a new run from which checkpoint?') },
    );
    return picked?.step ?? null;
  }
}

/** An item of the Checkpoints view names its step. */
function stepOf(argument: unknown): number | null {
  if (typeof argument !== 'object' || argument === null || !('step' in argument)) return null;
  return typeof argument.step === 'number' ? argument.step : null;
}
