import { l10n, window } from 'vscode';
import type { Obstacle } from '../../sidecar/protocol/obstacle.ts';
import type { App } from '../app.ts';
import { Failure } from '../failure.ts';
import { can, pickRun } from '../runs/pickRun.ts';
import { assertTrusted } from '../trust.ts';
import { accept } from './startRun.ts';

/**
 * The same run again, bit for bit. Where something has changed since, the user is told what, and decides.
 * @throws Failure when it cannot be the same
 */
export async function runAgain(app: App, argument?: unknown): Promise<string | null> {
  assertTrusted();
  const run = await pickRun(app, argument, can.always, l10n.t('Run which one again, exactly?'));
  if (!run) return null;
  const link = await app.sidecar.link();
  const repeat = (despite: boolean) => link.request('runs/repeat', { run: run.record.id, despite });
  let answer = await repeat(false);
  if (answer.kind === 'obstructed') {
    if (!(await accepted(answer.obstacles))) return null;
    answer = await repeat(true);
  }
  if (answer.kind === 'obstructed') throw refusal(answer.obstacles);
  return accept(app, answer)?.record.id ?? null;
}

/** Whether the user goes on despite what differs. @throws Failure when nothing can be accepted */
async function accepted(obstacles: readonly Obstacle[]): Promise<boolean> {
  if (obstacles.some(({ severity }) => severity === 'refuse')) throw refusal(obstacles);
  const anyway = l10n.t('Run Anyway');
  const answer = await window.showWarningMessage(
    l10n.t('The numbers may not be exactly the same.'),
    { modal: true, detail: obstacles.map(({ message }) => `• ${message}`).join('\n') },
    anyway,
  );
  return answer === anyway;
}

function refusal(obstacles: readonly Obstacle[]): Failure {
  const refused = obstacles.filter(({ severity }) => severity === 'refuse');
  return new Failure(
    l10n.t('The run cannot be repeated exactly: {0}', refused.map(({ message }) => message).join(' ')),
    refused[0]?.next ?? '',
  );
}
