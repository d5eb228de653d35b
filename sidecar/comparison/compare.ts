import { mostTelling } from '../analysis/comparison/disputed.ts';
import { perClass } from '../analysis/comparison/perClass.ts';
import { backendOptions } from '../backends/options.ts';
import type { Comparison, ComparisonProgress, ComparisonRequest } from '../protocol/comparison.ts';
import { comparisonDigest, locateSubjects } from '../store/comparisons.ts';
import { splitOf, type EvaluatedSplit } from '../trainer/evaluation.ts';
import { pictureAt } from '../trainer/picture.ts';
import { openBackend } from '../trainer/session.ts';
import { candidatesOf, type Candidate } from './candidate.ts';
import { assertSameData, nameOf, warningsOf } from './comparable.ts';
import { someSamples } from './features.ts';
import { measure, type Measured } from './measured.ts';
import { Progress } from './progress.ts';
import { refusal } from './refusal.ts';
import { agreements, describeSubject, differencesOf, understand, type Understood } from './result.ts';

/**
 * Compares roles of checkpoints on the same samples, on one backend: the reference's, or what DISTILLERY_BACKEND says.
 * @throws ProtocolError `wrong-state` when what was asked cannot be compared; StoreError when something is not there
 */
export async function compare(
  runsFolder: string,
  request: ComparisonRequest,
  report: (progress: ComparisonProgress) => void,
): Promise<Comparison> {
  const begun = performance.now();
  const progress = new Progress(report);
  progress.now('opening');
  const located = await locateSubjects(runsFolder, request);
  const digest = await comparisonDigest(request, located);
  const candidates = await candidatesOf(located);
  assertSameData(candidates);
  const [reference] = candidates;
  if (!reference) throw refusal('Nothing is to be compared.', 'Choose two checkpoints or roles.');
  const { dataset, resolved } = reference;
  const split = comparedSplit(reference, request.split);
  const some = someSamples(split, request.seed);
  const { batchSize } = resolved.experiment.evaluation;
  progress.expect(candidates.length * Math.ceil(split.samples.length / batchSize) + located.length + 1);
  const backend = await openBackend(
    backendOptions.catch('auto').parse(reference.located.record.backend?.name),
    process.env,
  );

  const measured: Measured[] = [];
  for (const candidate of candidates) {
    const asked = candidate.subjects.map((place) => request.subjects[place]?.role ?? 'best');
    const own = await measure(candidate, asked, { split, some, batchSize, progress });
    candidate.subjects.forEach((place, index) => {
      const one = own[index];
      if (one) measured[place] = one;
    });
  }
  progress.now('statistics');
  const understood = measured.map((one) => understand(one, dataset.classes));
  const labels = measured[0]?.labels ?? new Int32Array();
  const answers = understood.map((one) => one.answers);
  const result: Comparison = {
    version: 1,
    digest,
    computedAt: new Date().toISOString(),
    seconds: 0,
    split: request.split,
    samples: labels.length,
    ckaSamples: some.samples.length,
    resamples: request.resamples,
    seed: request.seed,
    dataset: { name: resolved.plan.source, digest: dataset.digest },
    classes: [...dataset.classNames],
    backend: { name: backend.name, device: backend.device },
    subjects: understood.flatMap((one, place) => {
      const found = located[place];
      return found ? [describeSubject(found, one)] : [];
    }),
    warnings: warningsOf(candidates, request.split, Uint32Array.from(split.samples)),
    differences: differencesOf(understood, dataset.classes, request),
    agreement: agreements(understood),
    perClass: perClass(labels, answers, dataset.classes).map(({ samples, right }) => ({
      samples,
      right: [...right],
    })),
    images: imagesOf(understood, split, labels, request.images),
  };
  await progress.step('statistics');
  return { ...result, seconds: (performance.now() - begun) / 1000 };
}

/** @throws ProtocolError `wrong-state` where the reference holds nothing out */
function comparedSplit(reference: Candidate, name: ComparisonRequest['split']): EvaluatedSplit {
  const split = splitOf(name, reference.dataset, reference.sampler.validation);
  if (split.samples.length > 0) return split;
  throw refusal(`${nameOf(reference)} has no ${name} split.`, 'Compare on the test split instead.');
}

function imagesOf(
  [reference, ...others]: readonly Understood[],
  split: EvaluatedSplit,
  labels: Int32Array,
  count: number,
): Comparison['images'] {
  if (!reference) return [];
  const all = [reference, ...others];
  const telling = mostTelling(
    labels,
    reference.sure,
    others.map(({ sure }) => sure),
    count,
  );
  return telling.map((place) => ({
    sample: split.samples[place] ?? 0,
    label: labels[place] ?? 0,
    png: pictureAt(split, place),
    answers: all.map(({ sure }) => ({
      class: sure.classes[place] ?? 0,
      probability: sure.probabilities[place] ?? NaN,
    })),
  }));
}
