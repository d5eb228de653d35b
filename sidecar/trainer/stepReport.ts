import * as tf from '@tensorflow/tfjs-core';
import type { TrainingBatch } from '../methods/training.ts';
import type { PhaseResult } from './phase.ts';

/** The numbers of one step, read from the device. Series names as in the glossary. */
export interface StepReport {
  readonly finite: boolean;
  readonly series: Readonly<Record<string, number>>;
}

/** Reads every term, the total and the training accuracy of a step: the one deliberate wait for the device. */
export async function readReport(
  results: readonly PhaseResult[],
  batch: TrainingBatch | null,
): Promise<StepReport> {
  const series: Record<string, number> = {};
  let finite = true;
  let total = 0;
  for (const result of results) {
    finite &&= (await scalar(result.finite)) === 1;
    total += await scalar(result.total);
    for (const { role, name, value, weight } of result.terms) {
      const read = await scalar(value);
      series[`train/${role}/loss/${name}`] = read;
      series[`train/${role}/weight/${name}`] = weight;
      const sum = `train/run/weighted/${name}`;
      series[sum] = (series[sum] ?? 0) + weight * read;
    }
    for (const [tag, measure] of Object.entries(result.measures)) series[tag] = await scalar(measure);
    if (!batch) continue;
    for (const [role, logits] of Object.entries(result.outputs)) {
      const correct = tf.tidy(() =>
        tf.mean(tf.cast(tf.equal(tf.argMax(logits, 1), batch.labels), 'float32')),
      );
      series[`train/${role}/top1`] = 100 * (await scalar(correct as tf.Scalar));
      correct.dispose();
    }
  }
  series['train/run/loss/total'] = total;
  return { finite, series };
}

/** Only the verdict; free where reading a tensor is a mere copy. */
export async function readFinite(results: readonly PhaseResult[]): Promise<boolean> {
  for (const result of results) if ((await scalar(result.finite)) !== 1) return false;
  return true;
}

async function scalar(tensor: tf.Scalar): Promise<number> {
  return (await tensor.data<'float32'>())[0] ?? NaN;
}
