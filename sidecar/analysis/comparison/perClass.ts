/** How many samples each class has, and how many of them each network gets right. */
export interface ClassCounts {
  readonly samples: number;
  /** In the order of the networks. */
  readonly right: readonly number[];
}

/** @param answers classes answered, by network */
export function perClass(
  labels: ArrayLike<number>,
  answers: readonly ArrayLike<number>[],
  classes: number,
): ClassCounts[] {
  const counts = Array.from({ length: classes }, () => ({ samples: 0, right: answers.map(() => 0) }));
  for (let sample = 0; sample < labels.length; sample++) {
    const label = labels[sample] ?? 0;
    const own = counts[label];
    if (!own) continue;
    own.samples++;
    answers.forEach((all, network) => {
      if (all[sample] === label) own.right[network] = (own.right[network] ?? 0) + 1;
    });
  }
  return counts;
}
