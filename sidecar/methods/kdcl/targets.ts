import * as tf from '@tensorflow/tfjs-core';
import { mixture } from '../parts/mixture.ts';

/** Iterations of the search for the best mix. It is convex, so steps may grow as long as they lead down. */
const ITERATIONS = 100;
const LONGER = 2;
const SHORTER = 0.25;

type Logits = readonly tf.Tensor2D[];

/** Cross-entropy of every sample, [batch]. */
function perSample(logits: tf.Tensor2D, onehot: tf.Tensor2D): tf.Tensor1D {
  return tf.neg<tf.Tensor1D>(tf.sum(tf.mul(tf.logSoftmax(logits), onehot), 1));
}

const oneHot = (labels: tf.Tensor1D, classes: number): tf.Tensor2D =>
  tf.cast(tf.oneHot(labels, classes), 'float32') as tf.Tensor2D;

/** Per sample an indicator of the network with the lowest cross-entropy, [batch, networks]. */
function lowest(logits: Logits, onehot: tf.Tensor2D): tf.Tensor2D {
  const losses = tf.stack(
    logits.map((each) => perSample(each, onehot)),
    1,
  );
  return tf.cast(tf.oneHot(tf.argMin<tf.Tensor1D>(losses, 1), logits.length), 'float32') as tf.Tensor2D;
}

/** Per sample the logits of the network with the lowest cross-entropy, [batch, classes]. */
export const naiveTarget = (logits: Logits, labels: tf.Tensor1D): tf.Tensor2D =>
  mixture(logits, lowest(logits, oneHot(labels, logits[0]?.shape[1] ?? 0)));

/** For every class the least of z_i[c] − z_i[y]; 0 at the label. */
export function minLogitTarget(logits: Logits, labels: tf.Tensor1D): tf.Tensor2D {
  const onehot = oneHot(labels, logits[0]?.shape[1] ?? 0);
  const shifted = logits.map((each) => tf.sub(each, tf.sum(tf.mul(each, onehot), 1, true)));
  return shifted.reduce((least, each) => tf.minimum(least, each)) as tf.Tensor2D;
}

/**
 * Per sample the convex mix of logits with the lowest cross-entropy: exponentiated gradient on the simplex, with a rate of
 * its own for every sample, and the best single network where that is better.
 * @returns shares [batch, networks] and the mixed logits
 */
export function linearTarget(
  logits: Logits,
  labels: tf.Tensor1D,
): { readonly shares: tf.Tensor2D; readonly target: tf.Tensor2D } {
  const [first] = logits;
  if (!first) throw new Error('There are no networks to mix.');
  const [batch, classes] = first.shape;
  return tf.tidy(() => {
    const onehot = oneHot(labels, classes);
    const all = tf.stack([...logits], 1);
    /** Where exponents lead: loss by sample, and its slope in the shares. */
    const look = (exponents: tf.Tensor2D) => {
      const mix = mixture(logits, tf.softmax(exponents));
      const slope = tf.sum(tf.mul(all, tf.expandDims(tf.sub(tf.softmax(mix), onehot), 1)), 2);
      return { exponents, slope, loss: tf.expandDims(perSample(mix, onehot), 1) };
    };
    // The curvature is at most a quarter of the squared spread of what is mixed.
    const spread = tf.max(tf.sub(tf.max(all, 1), tf.min(all, 1)), 1, true);
    let found = {
      ...look(tf.zeros([batch, logits.length])),
      rate: tf.div(8, tf.add(tf.square(spread), 1e-6)),
    };
    for (let iteration = 0; iteration < ITERATIONS; iteration++)
      found = tf.tidy(() => {
        const { rate } = found;
        const next = look(tf.sub(found.exponents, tf.mul(found.slope, rate)));
        const better = tf.lessEqual(next.loss, found.loss);
        const whole = tf.tile(better, [1, logits.length]);
        return {
          exponents: tf.where(whole, next.exponents, found.exponents),
          slope: tf.where(whole, next.slope, found.slope),
          loss: tf.where(better, next.loss, found.loss),
          rate: tf.mul(rate, tf.where(better, tf.fill(rate.shape, LONGER), tf.fill(rate.shape, SHORTER))),
        };
      });
    const single = lowest(logits, onehot);
    const alone = tf.expandDims(perSample(mixture(logits, single), onehot), 1);
    const shares = tf.where(
      tf.tile(tf.less(alone, found.loss), [1, logits.length]),
      single,
      tf.softmax(found.exponents),
    );
    return { shares, target: mixture(logits, shares) };
  });
}

/**
 * Logits (log-probabilities) of Σ_i w_i softmax(z_i); weights may be negative, so probabilities are kept at 0 and above and
 * made to sum to 1 again.
 */
export function generalTarget(logits: Logits, weights: readonly number[]): tf.Tensor2D {
  const sum = tf.addN(logits.map((each, index) => tf.mul(tf.softmax(each), weights[index] ?? 0)));
  const kept = tf.maximum(sum, 1e-12);
  return tf.log(tf.div<tf.Tensor2D>(kept, tf.sum(kept, 1, true)));
}
