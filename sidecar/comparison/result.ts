import { answersOf, confusionOf } from '../analysis/answers.ts';
import { calibrationOf } from '../analysis/calibration.ts';
import { softmaxRows } from '../analysis/classification.ts';
import { agreementOf, disagreementByClass, outcomesOf } from '../analysis/comparison/agreement.ts';
import { bootstrapDifferences, type Interval } from '../analysis/comparison/bootstrap.ts';
import { linearCka } from '../analysis/comparison/cka.ts';
import type { SureAnswers } from '../analysis/comparison/disputed.ts';
import { mcnemar } from '../analysis/comparison/mcnemar.ts';
import { compareWeights } from '../analysis/comparison/weightDistance.ts';
import type { ComparedSubject, Comparison, ComparisonRequest, Difference } from '../protocol/comparison.ts';
import type { LocatedSubject } from '../store/comparisons.ts';
import type { Measured, MeasuredNetwork } from './measured.ts';

/** A subject's logits, understood. */
export interface Understood {
  readonly measured: Measured;
  readonly answers: Uint32Array;
  readonly sure: SureAnswers;
  readonly described: Pick<ComparedSubject, 'reliability' | 'confusion'>;
}

export function understand(measured: Measured, classes: number): Understood {
  const { logits, labels } = measured;
  const answers = answersOf(logits, classes);
  const probabilities = softmaxRows({ logits, labels, classes });
  const sure = Float64Array.from(
    answers,
    (answer, sample) => probabilities[sample * classes + answer] ?? NaN,
  );
  return {
    measured,
    answers,
    sure: { classes: answers, probabilities: sure },
    described: {
      reliability: calibrationOf(probabilities, labels, classes).map(({ count, confidence, right }) => ({
        count,
        confidence: count === 0 ? null : confidence / count,
        accuracy: count === 0 ? null : right / count,
      })),
      confusion: confusionOf(labels, answers, classes),
    },
  };
}

export function describeSubject(
  { record, checkpoint, digest }: LocatedSubject,
  { measured, described }: Understood,
): ComparedSubject {
  const { role, kind, metrics, network } = measured;
  const { top1, top5, crossEntropy, ece } = metrics;
  return {
    run: record.id,
    step: checkpoint.step,
    role,
    kind,
    method: record.method,
    model: record.model,
    checkpoint: digest,
    top1,
    top5,
    crossEntropy,
    ece,
    ...described,
    network: network && {
      name: network.path.network,
      output: network.path.output,
      parameters: network.parameters,
      bytes: network.bytes,
      multiplyAdds: network.multiplyAdds,
      latency: network.latency.map((each) => ({ ...each })),
      blocks: [...network.representations.keys()],
    },
  };
}

/** What is to be said of every subject but the first. */
export function differencesOf(
  [reference, ...others]: readonly Understood[],
  classes: number,
  options: Pick<ComparisonRequest, 'resamples' | 'seed'>,
): Difference[] {
  if (!reference) return [];
  const { labels } = reference.measured;
  const rightOf = ({ answers }: Understood) =>
    Uint8Array.from(answers, (answer, sample) => Number(answer === labels[sample]));
  const intervals = bootstrapDifferences(rightOf(reference), others.map(rightOf), options);
  return others.map((other, index): Difference => {
    const outcomes = outcomesOf(labels, reference.answers, other.answers);
    const interval: Interval = intervals[index] ?? { low: NaN, high: NaN };
    const [a, b] = [reference.measured.network, other.measured.network];
    return {
      top1: (outcomes.fixed - outcomes.broken) / labels.length,
      interval,
      mcnemar: mcnemar(outcomes.broken, outcomes.fixed),
      outcomes,
      disagreement: disagreementByClass(labels, reference.answers, other.answers, classes),
      weights: a && b && asWire(compareWeights(a.weights, b.weights)),
      cka: a && b && ckaOf(a, b),
    };
  });
}

const asWire = ({
  tensors,
  onlyReference,
  onlyOther,
}: ReturnType<typeof compareWeights>): Difference['weights'] => ({
  tensors: tensors.map((tensor) => ({ ...tensor, shape: [...tensor.shape] })),
  onlyReference: [...onlyReference],
  onlyOther: [...onlyOther],
});

const ckaOf = (a: MeasuredNetwork, b: MeasuredNetwork): number[][] =>
  [...a.representations.values()].map((own) =>
    [...b.representations.values()].map((other) => linearCka(own, other)),
  );

export const agreements = (all: readonly Understood[]): Comparison['agreement'] =>
  all.map((a) => all.map((b) => agreementOf(a.answers, b.answers)));
