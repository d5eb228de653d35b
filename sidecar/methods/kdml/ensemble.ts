import * as tf from '@tensorflow/tfjs-core';
import { mean } from '../../losses/terms.ts';
import { logOf, meanDistribution } from '../parts/mixture.ts';
import type { KdmlOptions } from './options.ts';

/** A single vote outweighs any difference of mean probabilities, which then decides between equal counts. */
const TIE_BREAK = 1e-3;

/** What the students say together, as logits (logarithms of a distribution). */
export function ensembleLogits(students: readonly tf.Tensor2D[], how: KdmlOptions['ensemble']): tf.Tensor2D {
  switch (how) {
    case 'logits':
      return mean(students);
    case 'probabilities':
      return meanDistribution(students);
    case 'votes': {
      const votes = students.map((logits) =>
        tf.cast(tf.oneHot(tf.argMax<tf.Tensor1D>(logits, 1), logits.shape[1]), 'float32'),
      );
      const shares = tf.add(
        mean(votes as tf.Tensor2D[]),
        tf.mul(tf.exp(meanDistribution(students)), TIE_BREAK),
      );
      return logOf(tf.div<tf.Tensor2D>(shares, 1 + TIE_BREAK));
    }
  }
}
