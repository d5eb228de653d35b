import * as tf from '@tensorflow/tfjs-core';
import {
  classificationMetrics,
  softmaxRows,
  type ClassificationMetrics,
} from '../analysis/classification.ts';
import { homogenization, weightGap } from '../analysis/homogenization.ts';
import type { Dataset, Split } from '../datasets/dataset.ts';
import type { ViewOptions } from '../datasets/options.ts';
import { writeView } from '../datasets/views.ts';
import type { Evaluation } from '../methods/training.ts';

type Classification = Extract<Evaluation, { kind: 'classification' }>;

/** Samples of a split, plain: neither augmented nor shuffled. */
export interface EvaluatedSplit {
  readonly dataset: Dataset;
  readonly split: Split;
  /** Which samples, in order. */
  readonly samples: ArrayLike<number>;
}

/** A split by its name. @param validation held out of the training samples, ascending */
export const splitOf = (
  name: 'validation' | 'test',
  dataset: Dataset,
  validation: Uint32Array,
): EvaluatedSplit =>
  name === 'validation'
    ? { dataset, split: dataset.train, samples: validation }
    : { dataset, split: dataset.test, samples: everySample(dataset.test) };

export const everySample = ({ labels }: Split): Uint32Array => Uint32Array.from(labels, (_, index) => index);

const PLAIN: ViewOptions = { crop: { padding: 0 }, flip: false, noise: 0 };

/** [samples, ...shape], normalised. */
export function plainSamples(
  { dataset, split, samples }: EvaluatedSplit,
  from: number,
  to: number,
): Float32Array {
  const length = dataset.shape.reduce((product, extent) => product * extent, 1);
  const values = new Float32Array((to - from) * length);
  for (let index = from; index < to; index++)
    writeView(dataset, split, samples[index] ?? 0, PLAIN, null, values, (index - from) * length);
  return values;
}

export interface EvaluationResult {
  /** By role, the derived best included. */
  readonly metrics: Readonly<Record<string, ClassificationMetrics>>;
  /** Series under `diversity/`, without that prefix; empty where the method declares none. */
  readonly diversity: Readonly<Record<string, number>>;
  /** Logits by role, row-major [samples, classes]. */
  readonly logits: Readonly<Record<string, Float32Array>>;
  readonly labels: Int32Array;
}

/**
 * Runs roles over a split.
 * @param stage whose roles; null: every role
 * @param breathe called between batches, so that a long evaluation does not starve the process
 */
export async function evaluate(
  evaluation: Classification,
  of: EvaluatedSplit,
  batchSize: number,
  stage: string | null,
  breathe: () => Promise<void>,
): Promise<EvaluationResult> {
  const { dataset, split, samples } = of;
  const { classes } = dataset;
  const labels = Int32Array.from(samples, (sample) => split.labels[sample] ?? 0);
  const logits: Record<string, Float32Array> = {};
  for (let from = 0; from < labels.length; from += batchSize) {
    const to = Math.min(labels.length, from + batchSize);
    const outputs = tf.tidy(() =>
      evaluation.predict(tf.tensor(plainSamples(of, from, to), [to - from, ...dataset.shape]), stage),
    );
    for (const [role, tensor] of Object.entries(outputs)) {
      const all = (logits[role] ??= new Float32Array(labels.length * classes));
      all.set(await tensor.data<'float32'>(), from * classes);
      tensor.dispose();
    }
    await breathe();
  }
  const predictions = (role: string) => ({ logits: logits[role] ?? new Float32Array(), labels, classes });
  const metrics = Object.fromEntries(
    Object.keys(logits).map((role) => [role, classificationMetrics(predictions(role))]),
  );
  const { best, diversity } = evaluation;
  const among = best.among.flatMap((role) => metrics[role] ?? []);
  if (among.length > 0)
    metrics[best.id] = {
      top1: Math.max(...among.map(({ top1 }) => top1)),
      top5: Math.max(...among.map(({ top5 }) => top5)),
      crossEntropy: Math.min(...among.map(({ crossEntropy }) => crossEntropy)),
      ece: Math.min(...among.map(({ ece }) => ece)),
      marginalEntropy: Math.max(...among.map(({ marginalEntropy }) => marginalEntropy)),
    };
  if (
    ![...(diversity?.peers ?? []), ...(diversity?.pairs.flat() ?? [])].every((role) => role in logits) ||
    !diversity
  )
    return { metrics, diversity: {}, logits, labels };
  const softmax = (role: string) => softmaxRows(predictions(role));
  return {
    metrics,
    logits,
    labels,
    diversity: {
      ...homogenization(
        diversity.peers.map(softmax),
        diversity.pairs.map(([student, teacher]) => [softmax(student), softmax(teacher)] as const),
        classes,
      ),
      ...(diversity.weights && (await weightMeasures(diversity.weights))),
    },
  };
}

/** θ₀ is drawn again: initial values are a function of the seed, so nothing has to be stored. */
async function weightMeasures({
  student,
  teacher,
  scopes,
}: NonNullable<NonNullable<Classification['diversity']>['weights']>): Promise<Record<string, number>> {
  const parameters = student.parameters(scopes);
  const values = (of: { data(): Promise<unknown> }) => of.data() as Promise<Float32Array>;
  const triples = await Promise.all(
    parameters.map(
      async ({ name, variable }) =>
        [await values(variable), await values(teacher.variable(name)), student.initial(name)] as const,
    ),
  );
  const { distance, cosine } = weightGap(triples);
  return { gapWeight: distance, weightCosine: cosine };
}
