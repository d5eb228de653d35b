/**
 * What follows from a comparison by counting: nothing here is in the result itself.
 *
 * API: verdictOf, accuracyOf, confusionMatrix, confusionDifference, flipOf.
 */
import type { Comparison, Difference } from './comparison.ts';

/** Below this p a difference counts as one. */
export const SIGNIFICANT = 0.05;

/** Where McNemar's test and the bootstrap do not say the same, nothing is certain. */
export type Verdict = 'better' | 'worse' | 'maybeBetter' | 'maybeWorse' | 'undecided';

/** Whether a network is better than the reference. */
export function verdictOf({ mcnemar: { p }, interval: { low, high }, top1 }: Difference): Verdict {
  const signs = Number(p < SIGNIFICANT) + Number(low > 0 || high < 0);
  if (signs === 0) return 'undecided';
  if (signs === 1) return top1 > 0 ? 'maybeBetter' : 'maybeWorse';
  return top1 > 0 ? 'better' : 'worse';
}

/** Share of a class's samples that a subject gets right, 0…1; undefined for a class without samples. */
export function accuracyOf(
  { perClass }: Pick<Comparison, 'perClass'>,
  index: number,
  subject: number,
): number | undefined {
  const { samples = 0, right = [] } = perClass[index] ?? {};
  return samples === 0 ? undefined : (right[subject] ?? 0) / samples;
}

/** Counts by label (row) and predicted class (column). */
export function confusionMatrix(
  classes: number,
  counts: readonly (readonly [label: number, predicted: number, count: number])[],
): number[][] {
  const matrix = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  for (const [label, predicted, count] of counts) {
    const row = matrix[label];
    if (row && predicted < classes) row[predicted] = count;
  }
  return matrix;
}

/** Counts of a subject minus the reference's. */
export function confusionDifference({ classes, subjects }: Comparison, subject: number): number[][] {
  const of = (index: number) => confusionMatrix(classes.length, subjects[index]?.confusion ?? []);
  const reference = of(0);
  return of(subject).map((row, label) =>
    row.map((count, predicted) => count - (reference[label]?.[predicted] ?? 0)),
  );
}

export type Flip = 'fixed' | 'broken' | 'otherMistake';

/** How an image's answer differs from the reference's; null where it does not. */
export function flipOf({ label, answers }: Comparison['images'][number], subject: number): Flip | null {
  const [reference, own] = [answers[0]?.class, answers[subject]?.class];
  if (reference === own) return null;
  return own === label ? 'fixed' : reference === label ? 'broken' : 'otherMistake';
}
