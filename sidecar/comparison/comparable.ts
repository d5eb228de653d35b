import type { Comparison } from '../protocol/comparison.ts';
import type { Candidate } from './candidate.ts';
import { refusal } from './refusal.ts';

/** @throws ProtocolError `wrong-state` that names what differs between the data of two candidates */
export function assertSameData([reference, ...others]: readonly Candidate[]): void {
  for (const other of others) {
    const [a, b] = [reference, other].map((candidate) => (candidate ? factsOf(candidate) : []));
    const difference = a?.find(([, value], index) => value !== b?.[index]?.[1]);
    if (!reference || !difference) continue;
    const [what, own] = difference;
    const [, others] = b?.find(([name]) => name === what) ?? [];
    const hint =
      reference.resolved.plan.source === 'synthetic'
        ? ' Synthetic data are drawn from the seed: give the runs the same one.'
        : '';
    throw refusal(
      `${nameOf(reference)} and ${nameOf(other)} were trained on different data: ${what} ${own} and ${others}.`,
      `Choose checkpoints of runs with the same data set.${hint}`,
    );
  }
}

const factsOf = ({ resolved, dataset }: Candidate): [what: string, value: string][] => [
  ['data set', resolved.plan.source],
  ['samples of shape', dataset.shape.join('×')],
  ['number of classes', String(dataset.classes)],
  ['content', `${dataset.digest.slice(0, 8)}…`],
];

export const nameOf = ({ located }: Candidate): string =>
  `${located.record.id} at step ${located.checkpoint.step}`;

/**
 * What makes the comparison less than fair.
 * @param samples positions in the file of the split that are compared on
 */
export function warningsOf(
  candidates: readonly Candidate[],
  split: Comparison['split'],
  samples: Uint32Array,
): Comparison['warnings'] {
  return candidates.flatMap((candidate): Comparison['warnings'] => {
    const { subjects, dataset, located } = candidate;
    const known = split === 'validation' ? trainedOn(candidate, samples) : 0;
    const then = located.record.digests['data'];
    return subjects.flatMap((subject) => [
      ...(known > 0 ? [{ kind: 'leak' as const, subject, samples: known }] : []),
      ...(then !== undefined && then !== dataset.digest ? [{ kind: 'data' as const, subject }] : []),
    ]);
  });
}

/** How many of some training-file positions a run was trained on: those in its part of the file that it did not hold out. */
function trainedOn({ dataset, sampler }: Candidate, samples: Uint32Array): number {
  const heldOut = new Set(sampler.validation);
  const count = dataset.train.labels.length;
  return samples.filter((sample) => sample < count && !heldOut.has(sample)).length;
}
