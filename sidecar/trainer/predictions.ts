import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { answersOf, confusionOf, mostDisputed } from '../analysis/answers.ts';
import { softmaxRows } from '../analysis/classification.ts';
import { predictionsSchema, type Predictions } from '../protocol/predictions.ts';
import { StoreError } from '../store/errors.ts';
import { readJson } from '../store/jsonFile.ts';
import { PREDICTIONS_FILE } from '../store/runs.ts';
import type { EvaluatedSplit, EvaluationResult } from './evaluation.ts';
import { pictureAt } from './picture.ts';
import type { RunFiles } from './runFiles.ts';

type Image = Predictions['images'][number];

/**
 * What the roles said at the evaluation of a step: `predictions.json` as a value.
 * @param images at most so many of each kind: most disputed, and first of the split
 */
export function predictionsAt(
  step: number,
  split: Predictions['split'],
  of: EvaluatedSplit,
  { logits, labels }: Pick<EvaluationResult, 'logits' | 'labels'>,
  images: number,
): Predictions {
  const { classes, classNames } = of.dataset;
  const answers = new Map(
    Object.entries(logits).map(([role, values]) => [role, answersOf(values, classes)] as const),
  );
  const image = (sample: number, chosen: Image['chosen']): Image[] => {
    const png = pictureAt(of, sample);
    if (png === null) return [];
    const said = [...answers].map(([role, all]) => {
      const answer = all[sample] ?? 0;
      const row = logits[role]?.subarray(sample * classes, (sample + 1) * classes) ?? new Float32Array();
      const probability = softmaxRows({ logits: row, labels: [], classes })[answer] ?? NaN;
      return [role, { class: answer, probability }];
    });
    return [
      {
        sample,
        label: labels[sample] ?? 0,
        png,
        chosen,
        answers: Object.fromEntries(said) as Image['answers'],
      },
    ];
  };
  const disputed = mostDisputed(labels, [...answers.values()], images);
  const first = Array.from({ length: Math.min(images, labels.length) }, (_, sample) => sample);
  return {
    version: 1,
    step,
    split,
    classes: [...classNames],
    samples: labels.length,
    confusion: Object.fromEntries(
      [...answers].map(([role, all]) => [role, confusionOf(labels, all, classes)]),
    ),
    images: [
      ...disputed.flatMap((sample) => image(sample, 'disagreement')),
      ...first.flatMap((sample) => image(sample, 'first')),
    ],
  };
}

/** Replaces `predictions.json`. @throws StoreError `lease-lost` */
export function writePredictions(files: RunFiles, predictions: Predictions): void {
  files.writeJson(PREDICTIONS_FILE, z.encode(predictionsSchema, predictions));
}

/** Removes predictions of steps that the run, as it is restored, has not done; `null`: it has done none. */
export async function forgetPredictions(files: RunFiles, restored: number | null): Promise<void> {
  const path = join(files.runDir, PREDICTIONS_FILE);
  try {
    const predictions = await readJson(path, predictionsSchema);
    if (predictions === null || (restored !== null && predictions.step <= restored)) return;
  } catch (error) {
    // Of another version, or damaged: the next evaluation makes new ones.
    if (!(error instanceof StoreError && error.code === 'invalid-file')) throw error;
  }
  files.lease.check();
  rmSync(path, { force: true });
}
