/** What became of samples between the reference and another network; together they are all samples. */
export interface Outcomes {
  readonly bothRight: number;
  /** The reference is wrong, the other one right. */
  readonly fixed: number;
  /** The reference is right, the other one wrong. */
  readonly broken: number;
  /** Both are wrong, and say the same. */
  readonly sameMistake: number;
  /** Both are wrong, each in its own way. */
  readonly otherMistake: number;
}

export type Outcome = keyof Outcomes;

/** @param reference class that the reference answers @param other class that the other one answers */
export function outcomeOf(label: number, reference: number, other: number): Outcome {
  if (reference === label) return other === label ? 'bothRight' : 'broken';
  if (other === label) return 'fixed';
  return reference === other ? 'sameMistake' : 'otherMistake';
}

export function outcomesOf(
  labels: ArrayLike<number>,
  reference: ArrayLike<number>,
  other: ArrayLike<number>,
): Outcomes {
  const counts = { bothRight: 0, fixed: 0, broken: 0, sameMistake: 0, otherMistake: 0 };
  for (let sample = 0; sample < labels.length; sample++)
    counts[outcomeOf(labels[sample] ?? 0, reference[sample] ?? 0, other[sample] ?? 0)]++;
  return counts;
}

/** Share of samples to which two networks give the same answer, 0…1; NaN without samples. */
export function agreementOf(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let same = 0;
  for (let sample = 0; sample < a.length; sample++) same += Number(a[sample] === b[sample]);
  return same / a.length;
}

/** Samples of each class on which two networks give different answers. */
export function disagreementByClass(
  labels: ArrayLike<number>,
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  classes: number,
): number[] {
  const counts = new Array<number>(classes).fill(0);
  for (let sample = 0; sample < labels.length; sample++) {
    const label = labels[sample] ?? 0;
    if (a[sample] !== b[sample]) counts[label] = (counts[label] ?? 0) + 1;
  }
  return counts;
}
