import * as tf from '@tensorflow/tfjs-core';
import { detached, distillationKlToProbabilities } from '../../backends/ops/index.ts';
import { coupledDistillation, crossEntropy, distillation, mean, type LossTerm } from '../../losses/terms.ts';
import { mixture } from '../parts/mixture.ts';
import type { OkddipOptions } from './options.ts';

/** softmax over peers b of l_a · k_b, self included, unscaled: [batch, peers] for each peer a. */
export function attentions(queries: readonly tf.Tensor2D[], keys: readonly tf.Tensor2D[]): tf.Tensor2D[] {
  return queries.map((query) =>
    tf.softmax(
      tf.stack(
        keys.map((key) => tf.sum(tf.mul(query, key), 1)),
        1,
      ) as tf.Tensor2D,
    ),
  );
}

/** CE of all, KD of every peer to its own target, and of the leader to the peers' mean, which is a constant (baselines.md §7). */
export function okddipTerms(
  peers: readonly tf.Tensor2D[],
  leader: tf.Tensor2D,
  attention: readonly tf.Tensor2D[],
  labels: tf.Tensor1D,
  { target, targetGradient, temperature }: Pick<OkddipOptions, 'target' | 'targetGradient' | 'temperature'>,
  omega: number,
): LossTerm[] {
  const values = targetGradient === 'attentionOnly' ? peers.map((each) => detached(each)) : peers;
  const soft = (logits: tf.Tensor2D): tf.Tensor2D => tf.softmax(tf.div<tf.Tensor2D>(logits, temperature));
  const toward = (role: string, name: string, logits: tf.Tensor2D, own: tf.Tensor2D): LossTerm => {
    if (target === 'probabilities') {
      if (targetGradient === 'none')
        return { role, name, value: distillationKlToProbabilities(logits, own, temperature), weight: omega };
      // Log-probabilities, made steep again by T, are logits of the same softened distribution.
      const logitsOfTarget = tf.mul<tf.Tensor2D>(tf.log(own), temperature);
      return coupledDistillation(role, name, logits, logitsOfTarget, temperature, omega);
    }
    const kd = targetGradient === 'none' ? distillation : coupledDistillation;
    return kd(role, name, logits, own, temperature, omega);
  };
  const mixable = target === 'probabilities' ? values.map(soft) : values;
  const group: LossTerm =
    target === 'probabilities'
      ? {
          role: 'leader',
          name: 'group',
          value: distillationKlToProbabilities(leader, mean(peers.map(soft)), temperature),
          weight: omega,
        }
      : distillation('leader', 'group', leader, mean(peers), temperature, omega);
  return [
    ...peers.flatMap((logits, a) => [
      crossEntropy(`peer${a + 1}`, logits, labels),
      toward(`peer${a + 1}`, 'attended', logits, mixture(mixable, attention[a] as tf.Tensor2D)),
    ]),
    crossEntropy('leader', leader, labels),
    group,
  ];
}
