import type * as tf from '@tensorflow/tfjs-core';
import { distillationKl } from '../../backends/ops/index.ts';
import { crossEntropy, distillation, mean, type LossTerm } from '../../losses/terms.ts';

export interface DkelLogits {
  /** z_j on view j, m of them. */
  readonly peers: readonly tf.Tensor2D[];
  /** z_e. */
  readonly ensemble: tf.Tensor2D;
  /** m_k on view k, constants. */
  readonly teachers: readonly tf.Tensor2D[];
}

export interface DkelWeights {
  /** ω of the peer-ensemble term. */
  readonly peerEnsemble: number;
  /** ω of the teacher terms. */
  readonly teachers: number;
  /** λ, the share of the assembled target. */
  readonly assembled: number;
}

/**
 * Every named term of dkel.md §5.3; peer j never learns from its own teacher, and a single peer from none.
 * @param assembles false: the assembled target does not exist (PCL), rather than weigh nothing
 */
export function dkelTerms(
  { peers, ensemble, teachers }: DkelLogits,
  labels: tf.Tensor1D,
  temperature: number,
  weights: DkelWeights,
  assembles = true,
): LossTerm[] {
  const perPeer = peers.flatMap((logits, j) => {
    const role = `peer${j + 1}`;
    const others = teachers.filter((_, k) => k !== j);
    const terms = [
      crossEntropy(role, logits, labels),
      distillation(role, 'peerEnsemble', logits, ensemble, temperature, weights.peerEnsemble),
    ];
    if (others.length === 0) return terms;
    terms.push({
      role,
      name: 'individual',
      value: mean(others.map((target) => distillationKl(logits, target, temperature))),
      weight: weights.teachers * (1 - weights.assembled),
    });
    if (assembles)
      terms.push(
        distillation(
          role,
          'assembled',
          logits,
          mean(others),
          temperature,
          weights.teachers * weights.assembled,
        ),
      );
    return terms;
  });
  return [...perPeer, crossEntropy('ensemble', ensemble, labels)];
}
