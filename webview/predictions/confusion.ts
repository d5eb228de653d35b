import { confusionMatrix } from '../../sidecar/protocol/comparisonFigures.ts';
import type { Predictions } from '../../sidecar/protocol/predictions.ts';

/** Counts by label (row) and predicted class (column). */
export const matrixOf = ({ classes, confusion }: Predictions, role: string): number[][] =>
  confusionMatrix(classes.length, confusion[role] ?? []);

/** Share of each label's samples that were predicted as it, 0 to 1; NaN for a label without samples. */
export const accuracyByClass = (matrix: readonly (readonly number[])[]): number[] =>
  matrix.map((row, label) => (row[label] ?? 0) / row.reduce((sum, count) => sum + count, 0));

/** Every sample once, disagreements first, each kind in the order of the split. */
export function disagreeingFirst({ images }: Predictions): Predictions['images'] {
  const once = new Map(images.map((image) => [image.sample, image]));
  return [...once.values()].sort(
    (a, b) => Number(disagrees(b)) - Number(disagrees(a)) || a.sample - b.sample,
  );
}

/** Whether the roles do not all say the same. */
export const disagrees = ({ answers }: Pick<Predictions['images'][number], 'answers'>): boolean =>
  new Set(Object.values(answers).map((answer) => answer.class)).size > 1;
