import {
  cast,
  customGrad,
  logSoftmax,
  mean,
  mul,
  neg,
  oneHot,
  sub,
  sum,
  exp,
  div,
  type Scalar,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
} from '@tensorflow/tfjs-core';

/**
 * Cross-entropy of softmax(logits) against class numbers, mean over the batch, in nats.
 *
 * Finite for logits up to ±1e4 and beyond: computed from the log-softmax. Gradient: (softmax − onehot) / N.
 *
 * @param logits [N, C]
 * @param labels [N], int32, each in 0 … C − 1
 */
export function softmaxCrossEntropy(logits: Tensor2D, labels: Tensor1D): Scalar {
  const [batch, classes] = logits.shape;
  const loss = customGrad<Scalar>((...inputs) => {
    const [z, save] = inputs as [Tensor2D, (tensors: Tensor[]) => void];
    const logProbabilities = logSoftmax(z);
    const target = cast(oneHot(labels, classes), 'float32');
    save([logProbabilities, target]);
    return {
      value: neg(mean(sum(mul(logProbabilities, target), 1))),
      gradFunc: (dy, saved) => {
        const [logQ, onehot] = saved as [Tensor2D, Tensor2D];
        return mul(sub(exp(logQ), onehot), div(dy, batch));
      },
    };
  });
  return loss(logits);
}
