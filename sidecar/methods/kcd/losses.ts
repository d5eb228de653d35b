import * as tf from '@tensorflow/tfjs-core';
import { asConstant } from '../../backends/ops/index.ts';
import { meanSquared } from '../../losses/terms.ts';
import type { KcdOptions } from './options.ts';

/** Each sample's features with unit length. */
export function unitLength(features: tf.Tensor): tf.Tensor {
  const flat = tf.reshape(features, [features.shape[0], -1]);
  const length = tf.sqrt(tf.add(tf.sum(tf.square(flat), 1, true), 1e-12));
  return tf.reshape(tf.div(flat, length), features.shape);
}

/**
 * The distance of a student's features from the teacher's, mapped ones, which are constants (kcd.md §3.5).
 * @param student and teacher: [batch, …, channels] of one shape
 */
export function featureLoss(
  student: tf.Tensor,
  teacher: tf.Tensor,
  { base, margin }: Pick<KcdOptions, 'base' | 'margin'>,
): tf.Scalar {
  switch (base) {
    case 'mse':
      return meanSquared(student, teacher);
    case 'partial': {
      // As in Matching Guided Distillation: below the margin a student need not go, and what is quiet in both costs nothing.
      const target = tf.maximum(teacher, margin);
      const counts = asConstant(() =>
        tf.cast(tf.logicalOr(tf.greater(student, target), tf.greater(target, 0)), 'float32'),
      );
      return tf.mean(tf.mul(tf.square(tf.sub(student, target)), counts));
    }
    case 'channelKl': {
      const rows = (x: tf.Tensor): tf.Tensor2D => tf.reshape(x, [-1, x.shape.at(-1) ?? 0]);
      const target = tf.logSoftmax(rows(teacher));
      const own = tf.logSoftmax(rows(student));
      return tf.mean(tf.sum(tf.mul(tf.exp(target), tf.sub(target, own)), 1));
    }
  }
}

/** Images averaged down to a height that divides theirs; anything else as it is. */
export function sizedTo(x: tf.Tensor, height: number): tf.Tensor {
  const factor = (x.shape[1] ?? 0) / height;
  return x.rank !== 4 || factor === 1 ? x : tf.avgPool(x as tf.Tensor4D, factor, factor, 'valid');
}
