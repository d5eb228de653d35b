import type { ResolvedExperiment } from '../config/load.ts';
import type { Dataset } from '../datasets/dataset.ts';
import { openDataset } from '../datasets/registry.ts';
import { Sampler } from '../datasets/sampler.ts';
import type { LocatedSubject } from '../store/comparisons.ts';
import { resolvedRun } from '../trainer/resolvedRun.ts';
import { samplerOptions } from '../trainer/session.ts';
import { refusal } from './refusal.ts';

/** A checkpoint with what its run was trained on; several subjects may be roles of it. */
export interface Candidate {
  readonly located: LocatedSubject;
  /** Places of its roles among the subjects, ascending. */
  readonly subjects: readonly number[];
  readonly resolved: ResolvedExperiment;
  readonly dataset: Dataset;
  readonly sampler: Sampler;
}

/** Every checkpoint once, in the order of the subjects; data that several runs share are opened once. */
export async function candidatesOf(located: readonly LocatedSubject[]): Promise<Candidate[]> {
  const datasets = new Map<string, Promise<Dataset>>();
  const open = ({ experiment }: ResolvedExperiment): Promise<Dataset> => {
    const { dataset, training } = experiment;
    if (!dataset)
      throw refusal(
        'Runs in an environment have no samples on which networks could be compared.',
        'Compare their curves and results on the Compare tab.',
      );
    const key = JSON.stringify([dataset, training.seed]);
    const opened = datasets.get(key) ?? openDataset(dataset, training.seed);
    datasets.set(key, opened);
    return opened;
  };
  const places = new Map<string, number[]>();
  located.forEach(({ checkpoint }, place) => {
    places.set(checkpoint.path, [...(places.get(checkpoint.path) ?? []), place]);
  });
  return Promise.all(
    [...places.values()].map(async (subjects) => {
      const [first] = subjects.flatMap((place) => located[place] ?? []);
      if (!first) throw new Error('A checkpoint has no subject.');
      const resolved = await resolvedRun(first.runDir);
      const dataset = await open(resolved);
      return {
        located: first,
        subjects,
        resolved,
        dataset,
        sampler: new Sampler(dataset, samplerOptions(resolved)),
      };
    }),
  );
}
