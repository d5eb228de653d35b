import { tidy, variable, variableGrads, zerosLike, type Tensor } from '@tensorflow/tfjs-core';
import { sgdStep, softmaxCrossEntropy } from '../../sidecar/backends/ops/index.ts';
import { TRAINING, type Network } from '../../sidecar/models/network.ts';
import { LEARNING_RATE, MOMENTUM, WEIGHT_DECAY, type Batch } from './task.ts';
import type { Step } from './step.ts';

const SGD = { learningRate: LEARNING_RATE, momentum: MOMENTUM, nesterov: true, weightDecay: WEIGHT_DECAY };

/** The step as Distillery does it: its network, through the fused training operations. */
export function ourStep(network: Network, { images, labels }: Batch): Step {
  const parameters = network.parameters().map((parameter) => parameter.variable);
  const velocities = parameters.map((parameter) => variable(zerosLike(parameter), false));
  const loss = (): ReturnType<typeof softmaxCrossEntropy> => {
    const features = network.trunk(images, TRAINING);
    return softmaxCrossEntropy(network.branch('main', features, TRAINING).logits, labels);
  };
  return () =>
    tidy(() => {
      const { value, grads } = variableGrads(loss, parameters);
      const gradients = parameters.map(({ name }) => grads[name] as Tensor);
      sgdStep(parameters, gradients, velocities, SGD);
      return value.dataSync()[0] ?? NaN;
    });
}
