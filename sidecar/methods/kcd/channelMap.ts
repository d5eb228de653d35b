import * as tf from '@tensorflow/tfjs-core';

/** How a teacher's channels are made comparable with a student's; plain data, kept in checkpoints. */
export type ChannelMap =
  | {
      readonly kind: 'selection';
      /** Student channels that are compared; null: all of them. */
      readonly student: readonly number[] | null;
      /** Teacher channels for each of them: of several, the value of the largest magnitude counts. */
      readonly teacher: readonly (readonly number[])[];
    }
  /** [teacher channels, student channels]. */
  | { readonly kind: 'linear'; readonly matrix: readonly (readonly number[])[] };

const gather = (x: tf.Tensor, channels: readonly number[]): tf.Tensor =>
  tf.gather(x, tf.tensor1d([...channels], 'int32'), x.rank - 1);

/** The teacher's features in the student's order. @param features [..., teacher channels] */
export function mapped(map: ChannelMap, features: tf.Tensor): tf.Tensor {
  if (map.kind === 'linear') {
    const flat = tf.reshape(features, [-1, features.shape.at(-1) ?? 0]);
    const product = tf.matMul(flat, tf.tensor2d(map.matrix.map((row) => [...row])));
    return tf.reshape(product, [...features.shape.slice(0, -1), product.shape[1] ?? 0]);
  }
  const most = Math.max(...map.teacher.map((channels) => channels.length));
  const layers = Array.from({ length: most }, (_, index) =>
    gather(
      features,
      map.teacher.map((channels) => channels[Math.min(index, channels.length - 1)] ?? 0),
    ),
  );
  return layers.reduce((best, layer) => tf.where(tf.greaterEqual(tf.abs(best), tf.abs(layer)), best, layer));
}

/** The student's channels that are compared. Gradients flow through. */
export function comparedChannels(map: ChannelMap, features: tf.Tensor): tf.Tensor {
  if (map.kind === 'linear' || map.student === null) return features;
  // Written as a product: the gradient of a gather is missing on some backends.
  const channels = features.shape.at(-1) ?? 0;
  const selection = tf.transpose(
    tf.cast(tf.oneHot(tf.tensor1d([...map.student], 'int32'), channels), 'float32'),
  );
  const flat = tf.reshape(features, [-1, channels]);
  return tf.reshape(tf.matMul(flat, selection as tf.Tensor2D), [
    ...features.shape.slice(0, -1),
    map.student.length,
  ]);
}

/** A permutation's inverse: inverse[map[i]] = i. */
export function inverted(map: readonly number[]): number[] {
  const inverse = new Array<number>(map.length).fill(-1);
  map.forEach((teacher, student) => {
    inverse[teacher] = student;
  });
  return inverse;
}
