import { setImmediate } from 'node:timers/promises';
import * as tf from '@tensorflow/tfjs-core';

/**
 * Neural tangent kernel K = JJᵀ of a network: J has a row for each logit of each example, `example · logits + logit`, and a
 * column for each parameter. One backward pass a row; gradients are float32, their products are summed in double precision.
 *
 * @param forward logits [1, outputs] of one example, in inference mode
 * @param examples [n, …]
 */
export async function tangentKernel(
  forward: (x: tf.Tensor) => tf.Tensor2D,
  examples: tf.Tensor,
  outputs: number,
  parameters: readonly tf.Variable[],
): Promise<{ readonly kernel: Float64Array; readonly jacobian: readonly Float32Array[] }> {
  const jacobian: Float32Array[] = [];
  const [count] = examples.shape as [number];
  for (let example = 0; example < count; example++)
    for (let output = 0; output < outputs; output++) {
      const gradients = tf.tidy(() => {
        const x = tf.slice(examples, [example], [1]);
        const { value, grads } = tf.variableGrads(
          () => tf.sum<tf.Scalar>(tf.slice(forward(x), [0, output], [1, 1])),
          [...parameters],
        );
        value.dispose();
        return parameters.map((variable) => grads[variable.name] ?? tf.zerosLike(variable));
      });
      const values = await Promise.all(gradients.map((gradient) => gradient.data<'float32'>()));
      tf.dispose(gradients);
      const row = new Float32Array(values.reduce((sum, part) => sum + part.length, 0));
      let offset = 0;
      for (const part of values) {
        row.set(part, offset);
        offset += part.length;
      }
      jacobian.push(row);
      await setImmediate();
    }
  return { kernel: innerProducts(jacobian), jacobian };
}

function innerProducts(rows: readonly Float32Array[]): Float64Array {
  const n = rows.length;
  const kernel = new Float64Array(n * n);
  rows.forEach((a, i) => {
    for (let j = 0; j <= i; j++) {
      const b = rows[j] as Float32Array;
      let sum = 0;
      for (let k = 0; k < a.length; k++) sum += (a[k] as number) * (b[k] as number);
      kernel[i * n + j] = sum;
      kernel[j * n + i] = sum;
    }
  });
  return kernel;
}

/**
 * An approximation for many logits: the mean over them of K's blocks for one logit, [examples, examples].
 * @param kernel of rows `example · logits + logit`
 */
export function traceKernel(kernel: Float64Array, logits: number): Float64Array {
  const rows = Math.sqrt(kernel.length);
  const examples = rows / logits;
  return Float64Array.from({ length: examples ** 2 }, (_, at) => {
    const [i, j] = [Math.floor(at / examples) * logits, (at % examples) * logits];
    let sum = 0;
    for (let logit = 0; logit < logits; logit++) sum += kernel[(i + logit) * rows + j + logit] ?? NaN;
    return sum / logits;
  });
}
