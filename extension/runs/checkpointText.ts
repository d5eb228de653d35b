import { env, l10n } from 'vscode';
import type { RequestResult } from '../../sidecar/protocol/messages.ts';
import { digitsOf } from '../../sidecar/protocol/results.ts';
import type { RunSummary } from '../../sidecar/protocol/runSummary.ts';

export type CheckpointInfo = RequestResult<'runs/show'>['checkpoints'][number];

/** How a checkpoint reads in the view and in pickers. */
export function checkpointText(
  { step, bytes, savedAt, score }: CheckpointInfo,
  { record }: RunSummary,
): { label: string; description: string } {
  const number = (value: number, digits: number): string =>
    value.toLocaleString(env.language, { minimumFractionDigits: digits, maximumFractionDigits: digits });
  const { unit } = record.headline;
  return {
    label: l10n.t('step {0}', step.toLocaleString(env.language)),
    description: [
      record.best?.step === step ? l10n.t('best') : null,
      score == null ? null : `${number(score, digitsOf(unit, score))} ${unit}`.trim(),
      bytes === undefined ? null : `${number(bytes / 1e6, 1)} MB`,
      savedAt === undefined ? null : new Date(savedAt).toLocaleTimeString(env.language),
    ]
      .filter((part) => part !== null)
      .join(' · '),
  };
}
