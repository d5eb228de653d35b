/**
 * The fused training operations: the one set of tensor operations that layers, losses and optimisers go through.
 * Each is composed of stock TensorFlow.js operations by default and has faster kernels on some backends, with the same
 * results up to rounding. All are differentiable unless they say otherwise.
 */
export { addRelu, relu } from './activation.ts';
export { adamStep, type AdamOptions, type AdamSlots } from './adam.ts';
export { allFinite } from './allFinite.ts';
export { batchNorm, batchNormInference } from './batchNorm.ts';
export { channelShuffle, concatChannels, splitChannels, upSample } from './channels.ts';
export { conv2d, type Conv2dOptions } from './conv2d.ts';
export { softmaxCrossEntropy } from './crossEntropy.ts';
export { dense } from './dense.ts';
export { depthwiseConv2d } from './depthwiseConv2d.ts';
export { distillationKl, distillationKlToProbabilities, divergence } from './distillationKl.ts';
export { emaStep } from './ema.ts';
export type { Gate } from './gate.ts';
export { asConstant, detached, scaledGradient } from './gradientFlow.ts';
export {
  averagePool,
  concatFeatures,
  globalAveragePool,
  maxPool,
  zeroPad,
  type PoolOptions,
} from './pooling.ts';
export { updateRunning, type RunningStatistics } from './runningStatistics.ts';
export { sgdStep, type SgdOptions } from './sgd.ts';
