/** What a role answers to every sample: the class with the largest logit; ties go to the lower class. */
export function answersOf(logits: Float32Array, classes: number): Uint32Array {
  const answers = new Uint32Array(logits.length / classes);
  for (let sample = 0; sample < answers.length; sample++) {
    const row = sample * classes;
    let best = 0;
    for (let c = 1; c < classes; c++) if ((logits[row + c] ?? NaN) > (logits[row + best] ?? NaN)) best = c;
    answers[sample] = best;
  }
  return answers;
}

/** How often each class was taken for which: [label, answer, count], counts above 0, in order of label and answer. */
export function confusionOf(
  labels: ArrayLike<number>,
  answers: ArrayLike<number>,
  classes: number,
): [label: number, answer: number, count: number][] {
  const counts = new Map<number, number>();
  for (let sample = 0; sample < labels.length; sample++) {
    const cell = (labels[sample] ?? 0) * classes + (answers[sample] ?? 0);
    counts.set(cell, (counts.get(cell) ?? 0) + 1);
  }
  return [...counts]
    .sort(([a], [b]) => a - b)
    .map(([cell, count]) => [Math.floor(cell / classes), cell % classes, count]);
}

/**
 * The samples to which the roles answer most differently: most distinct answers first, then fewest right ones, then the
 * lowest index. Samples on which all agree are left out.
 */
export function mostDisputed(
  labels: ArrayLike<number>,
  answersByRole: readonly ArrayLike<number>[],
  count: number,
): number[] {
  const disputed: { sample: number; distinct: number; right: number }[] = [];
  for (let sample = 0; sample < labels.length; sample++) {
    const answers = answersByRole.map((all) => all[sample]);
    const distinct = new Set(answers).size;
    if (distinct < 2) continue;
    disputed.push({ sample, distinct, right: answers.filter((answer) => answer === labels[sample]).length });
  }
  disputed.sort((a, b) => b.distinct - a.distinct || a.right - b.right || a.sample - b.sample);
  return disputed.slice(0, count).map(({ sample }) => sample);
}
