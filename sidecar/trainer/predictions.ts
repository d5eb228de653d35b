import { answersOf, confusionOf, mostDisputed } from '../analysis/answers.ts';
import { softmaxRows } from '../analysis/classification.ts';
import type { Predictions } from '../protocol/predictions.ts';
import type { EvaluatedSplit, EvaluationResult } from './evaluation.ts';
import { pictureAt } from './picture.ts';

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
