import * as tf from '@tensorflow/tfjs-core';
import { mean } from '../../losses/terms.ts';
import type { KdmlOptions } from './options.ts';

/** A single vote outweighs any difference of mean probabilities, which then decides between equal counts. */
const TIE_BREAK = 1e-3;

/** What the students say together, as logits (logarithms of a distribution). */
export function ensembleLogits(students: readonly tf.Tensor2D[], how: KdmlOptions['ensemble']): tf.Tensor2D {
  const probabilities = (): tf.Tensor2D => mean(students.map((logits) => tf.softmax(logits)));
  switch (how) {
    case 'logits':
      return mean(students);
    case 'probabilities':
      return tf.log(probabilities());
    case 'votes': {
      const votes = students.map((logits) =>
        tf.cast(tf.oneHot(tf.argMax<tf.Tensor1D>(logits, 1), logits.shape[1]), 'float32'),
      );
      const shares = tf.add(mean(votes as tf.Tensor2D[]), tf.mul(probabilities(), TIE_BREAK));
      return tf.log(tf.div<tf.Tensor2D>(shares, 1 + TIE_BREAK));
    }
  }
}
