import { outcomeOf, type Outcome } from './agreement.ts';

/** What one network answers to every sample, and with which probability. */
export interface SureAnswers {
  readonly classes: ArrayLike<number>;
  /** Of the class answered, 0…1. */
  readonly probabilities: ArrayLike<number>;
}

const DISPUTED: readonly Outcome[] = ['broken', 'fixed', 'otherMistake'];

/**
 * Samples on which a network says something else than the reference: of every network and every kind of difference in turn,
 * first those where both are surest.
 * @returns at most `count` indices of samples, each once
 */
export function mostTelling(
  labels: ArrayLike<number>,
  reference: SureAnswers,
  others: readonly SureAnswers[],
  count: number,
): number[] {
  const queues = others.flatMap((other) => {
    const kinds = new Map<Outcome, { sample: number; sure: number }[]>(DISPUTED.map((kind) => [kind, []]));
    for (let sample = 0; sample < labels.length; sample++) {
      const outcome = outcomeOf(
        labels[sample] ?? 0,
        reference.classes[sample] ?? 0,
        other.classes[sample] ?? 0,
      );
      const sure = Math.min(reference.probabilities[sample] ?? 0, other.probabilities[sample] ?? 0);
      kinds.get(outcome)?.push({ sample, sure });
    }
    return [...kinds.values()].map((all) =>
      all.sort((a, b) => b.sure - a.sure || a.sample - b.sample).map(({ sample }) => sample),
    );
  });
  const chosen = new Set<number>();
  for (let rank = 0; chosen.size < count && queues.some((queue) => rank < queue.length); rank++)
    for (const queue of queues) {
      const sample = queue[rank];
      if (sample !== undefined && chosen.size < count) chosen.add(sample);
    }
  return [...chosen];
}
