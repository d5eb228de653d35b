import type { RunRecord } from '../protocol/runRecord.ts';
import type { RunFiles } from './runFiles.ts';

/** How a run, or this attempt at it, ended. */
export type Outcome =
  | { readonly status: 'completed' }
  | { readonly status: 'stopped' }
  | { readonly status: 'failed'; readonly message: string; readonly next: string };

/** A step whose loss or gradients are not finite. */
export interface OffendingStep {
  readonly step: number;
  readonly stage: string;
  /** Positions in the training file. */
  readonly samples: readonly number[];
  /** Every term, weight and accuracy of the step, by series name. */
  readonly numbers: Readonly<Record<string, number>>;
}

/** Writes the offending step beside the run's files, and ends the run. @throws StoreError `lease-lost` */
export function dumpNotFinite(files: RunFiles, { step, stage, samples, numbers }: OffendingStep): Outcome {
  const file = `nonfinite-step-${step}.json`;
  files.writeJson(file, {
    step,
    stage,
    samples,
    // JSON has no NaN.
    numbers: Object.fromEntries(Object.entries(numbers).map(([name, value]) => [name, String(value)])),
    note: 'The update of this step was refused: parameters are those of the step before.',
  });
  return {
    status: 'failed',
    message: `Loss or gradients of step ${step} (${stage}) are not finite.`,
    next: `Look at ${file} and the loss terms of that step; a smaller learning rate or training.onNonFinite: continue may help.`,
  };
}

export function collapsedOutcome(collapsed: NonNullable<RunRecord['collapsed']>): Outcome {
  const { reason, role, step } = collapsed;
  return {
    status: 'failed',
    message: `The run collapsed (${reason}, ${role}) at step ${step}.`,
    next: 'training.onCollapse: continue lets it go on; a smaller learning rate or an initialised teacher may prevent it.',
  };
}
