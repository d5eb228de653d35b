import * as tf from '@tensorflow/tfjs-core';
import type { Network } from '../../sidecar/models/network.ts';
import type { Layer } from '../../sidecar/models/spec.ts';
import { layerPath } from '../../sidecar/models/shapes.spec.ts';
import type { Step } from './step.ts';
import { CLASSES, LEARNING_RATE, MOMENTUM, type Batch } from './task.ts';

const EPSILON = 1e-5;

/**
 * What anyone would write with TensorFlow.js 4.22 alone: stock operations with their own gradients, tf.batchNorm on
 * tf.moments, tf.train.momentum; no weight decay and no running statistics, which it would have to compose. The WASM
 * backend lacks the filter gradient, so the naive composition of it is registered. Parameters start as `network`'s do.
 */
export function stockStep(network: Network, batch: Batch): Step {
  registerNaiveFilterGradient();
  const variables = network
    .parameters()
    .map(({ name, variable }) => tf.variable(variable, true, `stock/${name}`));
  const byName = new Map(network.parameters().map(({ name }, i) => [name, variables[i] as tf.Tensor]));
  const optimizer = tf.train.momentum(LEARNING_RATE, MOMENTUM, true);

  const run = (layers: readonly Layer[], input: tf.Tensor, path: string): tf.Tensor =>
    layers.reduce((x, layer, index) => {
      const at = layerPath(path, index, layer);
      return apply(layer, x, at);
    }, input);
  const apply = (layer: Layer, x: tf.Tensor, at: string): tf.Tensor => {
    const weight = (name: string): tf.Tensor => byName.get(`${at}/${name}`) as tf.Tensor;
    switch (layer.kind) {
      case 'conv':
        return tf.conv2d(x as tf.Tensor4D, weight('kernel') as tf.Tensor4D, layer.stride, layer.padding);
      case 'batchNorm': {
        const { mean, variance } = tf.moments(x, [0, 1, 2]);
        return tf.batchNorm(x, mean, variance, weight('beta'), weight('gamma'), EPSILON);
      }
      case 'relu':
        return tf.relu(x);
      case 'globalAveragePool':
        return tf.mean(x, [1, 2]);
      case 'dense':
        return tf.add(tf.matMul(x, weight('kernel')), weight('bias'));
      case 'residual':
        return tf.relu(tf.add(run(layer.body, x, `${at}/body`), run(layer.shortcut, x, `${at}/shortcut`)));
      default:
        throw new Error(`ResNet-8 has no ${layer.kind} layer`);
    }
  };
  const { trunk, branches } = network.spec;
  const loss = (): tf.Scalar => {
    let x: tf.Tensor = batch.images;
    for (const block of trunk) x = run(block.layers, x, `trunk/${block.name}`);
    for (const { name, blocks, head } of branches) {
      for (const block of [...blocks, head]) x = run(block.layers, x, `${name}/${block.name}`);
    }
    const target = tf.cast(tf.oneHot(batch.labels, CLASSES), 'float32');
    return tf.neg(tf.mean(tf.sum(tf.mul(tf.logSoftmax(x), target), 1)));
  };
  return () =>
    tf.tidy(() => {
      const { value, grads } = tf.variableGrads(loss, variables);
      optimizer.applyGradients(Object.entries(grads).map(([name, tensor]) => ({ name, tensor })));
      return value.dataSync()[0] ?? NaN;
    });
}

/** dW as a convolution of x by dy with batch and channels exchanged; every line is one stock operation. */
function registerNaiveFilterGradient(): void {
  tf.registerKernel({
    kernelName: 'Conv2DBackpropFilter',
    backendName: 'wasm',
    kernelFunc: ({ inputs, attrs }) => {
      const { x, dy } = inputs as unknown as { x: tf.Tensor4D; dy: tf.Tensor4D };
      const { strides, pad, filterShape } = attrs as unknown as {
        strides: number;
        pad: number;
        filterShape: tf.Tensor4D['shape'];
      };
      const [height, width, channels, filters] = filterShape;
      return tf.tidy(() => {
        const sides: [number, number] = [pad, pad];
        const images = tf.transpose<tf.Tensor4D>(tf.pad(x, [[0, 0], sides, sides, [0, 0]]), [3, 1, 2, 0]);
        const full = tf.conv2d(
          images,
          tf.transpose<tf.Tensor4D>(dy, [1, 2, 0, 3]),
          1,
          'valid',
          'NHWC',
          strides,
        );
        return tf.transpose(tf.slice(full, [0, 0, 0, 0], [channels, height, width, filters]), [1, 2, 0, 3]);
      });
    },
  });
}
