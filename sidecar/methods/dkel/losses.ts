import * as tf from '@tensorflow/tfjs-core';
import { distillationKl } from '../../backends/ops/index.ts';
import { crossEntropy, distillation, type LossTerm } from '../../losses/terms.ts';

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

/** Every named term of dkel.md §5.3; peer j never learns from its own teacher. */
export function dkelTerms(
  { peers, ensemble, teachers }: DkelLogits,
  labels: tf.Tensor1D,
  temperature: number,
  weights: DkelWeights,
): LossTerm[] {
  const perPeer = peers.flatMap((logits, j) => {
    const role = `peer${j + 1}`;
    const others = teachers.filter((_, k) => k !== j);
    return [
      crossEntropy(role, logits, labels),
      distillation(role, 'peerEnsemble', logits, ensemble, temperature, weights.peerEnsemble),
      {
        role,
        name: 'individual',
        value: mean(others.map((target) => distillationKl(logits, target, temperature))),
        weight: weights.teachers * (1 - weights.assembled),
      },
      distillation(
        role,
        'assembled',
        logits,
        mean(others),
        temperature,
        weights.teachers * weights.assembled,
      ),
    ];
  });
  return [...perPeer, crossEntropy('ensemble', ensemble, labels)];
}

const mean = <T extends tf.Tensor>(tensors: readonly T[]): T => tf.div(tf.addN([...tensors]), tensors.length);
