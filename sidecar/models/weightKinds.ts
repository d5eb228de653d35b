import type * as tf from '@tensorflow/tfjs-core';
import type { Network } from './network.ts';

export interface WeightsByKind {
  /** Kernels of all convolutions, shortcuts and depthwise ones included. */
  readonly convolutions: readonly tf.Variable[];
  readonly batchNorms: readonly { readonly gamma: tf.Variable; readonly movingVariance: tf.Variable }[];
  /** Kernels [inputs, outputs]. */
  readonly dense: readonly tf.Variable[];
}

const ENDS = /\.(?<kind>conv|depthwise|dense)\/kernel$/u;

/** A network's weights by the kind of their layer, biases and offsets left out. */
export function weightsByKind(network: Network): WeightsByKind {
  const names = network.trace.parameters.map(({ name }) => name);
  const kernels = (...kinds: readonly string[]): tf.Variable[] =>
    names
      .filter((name) => kinds.includes(ENDS.exec(name)?.groups?.['kind'] ?? ''))
      .map((name) => network.variable(name));
  return {
    convolutions: kernels('conv', 'depthwise'),
    batchNorms: names
      .filter((name) => name.endsWith('/gamma'))
      .map((name) => ({
        gamma: network.variable(name),
        movingVariance: network.variable(name.replace(/gamma$/u, 'moving_variance')),
      })),
    dense: kernels('dense'),
  };
}
