import {
  customGrad,
  div,
  exp,
  log,
  logSoftmax,
  maximum,
  mean,
  mul,
  sub,
  sum,
  type Scalar,
  type Tensor,
  type Tensor2D,
} from '@tensorflow/tfjs-core';

/** Smallest normal float32: stands in for 0 under a logarithm whose factor is 0. */
const TINY = 1.1754943508222875e-38;

/**
 * Distillation loss of a learner toward a target given by logits:
 * T² · mean_n Σ_c p · (ln p − ln q), p = softmax(target / T), q = softmax(logits / T), in nats.
 *
 * The target is a constant: no gradient flows into it. Gradient with respect to the logits: (T / N) · (q − p).
 * Finite for logits up to ±1e4 and beyond: computed from log-softmax.
 *
 * @param logits the learner's, [N, C]
 * @param targetLogits [N, C]
 * @param temperature T > 0
 */
export function distillationKl(logits: Tensor2D, targetLogits: Tensor2D, temperature: number): Scalar {
  return toConstant(logits, temperature, () => {
    const logP = logSoftmax(div<Tensor2D>(targetLogits, temperature));
    return { p: exp(logP), logP };
  });
}

/**
 * The same with the target given as probabilities (rows that sum to 1, already softened where that is wanted).
 *
 * @param targetProbabilities [N, C], each >= 0; 0 · ln 0 counts as 0
 */
export function distillationKlToProbabilities(
  logits: Tensor2D,
  targetProbabilities: Tensor2D,
  temperature: number,
): Scalar {
  return toConstant(logits, temperature, () => ({
    p: targetProbabilities,
    logP: log(maximum(targetProbabilities, TINY)),
  }));
}

/**
 * mean_n Σ_c p · (ln p − ln q) in nats, p = softmax(target / T), q = softmax(logits / T), without the factor T². Gradients
 * flow into both.
 *
 * @param logits the learner's, [N, C]
 * @param targetLogits [N, C]
 */
export function divergence(logits: Tensor2D, targetLogits: Tensor2D, temperature: number): Scalar {
  const logP = logSoftmax(div<Tensor2D>(targetLogits, temperature));
  const logQ = logSoftmax(div<Tensor2D>(logits, temperature));
  return mean(sum(mul(exp(logP), sub(logP, logQ)), 1));
}

function toConstant(
  logits: Tensor2D,
  temperature: number,
  target: () => { p: Tensor2D; logP: Tensor2D },
): Scalar {
  const loss = customGrad<Scalar>((...inputs) => {
    const [z, save] = inputs as [Tensor2D, (tensors: Tensor[]) => void];
    // Inside the operation, hence off the tape: this is what makes the target a constant.
    const { p, logP } = target();
    const logQ = logSoftmax(div<Tensor2D>(z, temperature));
    save([p, logQ]);
    return {
      value: mul(mean(sum(mul(p, sub(logP, logQ)), 1)), temperature ** 2),
      gradFunc: (dy, saved) => {
        const [constant, logOfQ] = saved as [Tensor2D, Tensor2D];
        return mul(sub(exp(logOfQ), constant), mul(dy, temperature / logits.shape[0]));
      },
    };
  });
  return loss(logits);
}
