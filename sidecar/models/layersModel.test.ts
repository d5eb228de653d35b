import * as tf from '@tensorflow/tfjs-core';
import { loadLayersModel } from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';
import { prepareBackend } from '../backends/prepare.ts';
import { Stream } from '../random/stream.ts';
import { layersModel } from './layersModel.ts';
import { INFERENCE, Network, TRAINING } from './network.ts';
import { backbone, modelOptions } from './registry.spec.ts';
import { plain } from './spec.ts';

/** One of every family, on the smallest images that it reads. */
const MODELS = [
  ['resnet8x4', 8],
  ['resnet110', 8],
  ['wide_resnet20_8', 8],
  ['tiny_resnet18', 16],
  ['wrn_16_1', 8],
  ['wrn_16_2', 8],
  ['vgg8', 8],
  ['vgg16', 32],
  ['densenetd40k12', 8],
  ['mobilenetv2', 32],
  ['shufflenetv1', 16],
  ['shufflenetv2', 16],
  ['lenet5', 16],
  ['mlp', 8],
] as const;

beforeAll(() => prepareBackend('wasm', { env: {} }));

describe('exported as a layers model', () => {
  it.each(MODELS)('%s gives the logits that the network gives', async (name, side) => {
    const input = [side, side, 3];
    const options = modelOptions.parse({ name });
    const network = new Network('student', plain(backbone(options, input, 5), input), { seed: 3 });
    const x = tf.tensor4d(Stream.of(3, 'images').normals(4 * side * side * 3, 1), [4, side, side, 3]);
    // Running statistics other than 0 and 1, so that batch norm cannot pass by accident.
    for (let pass = 0; pass < 12; pass++)
      tf.tidy(() => network.branch('main', network.trunk(x, TRAINING), TRAINING).logits);
    const model = layersModel(network.spec, ['main']);
    const values = model.weights.map(({ tensor }) => network.variable(tensor).dataSync());
    const loaded = await loadLayersModel(
      tf.io.fromMemory({
        modelTopology: model.topology,
        weightSpecs: model.weights.map(({ name: weight, shape }) => ({
          name: weight,
          shape: [...shape],
          dtype: 'float32',
        })),
        weightData: Uint8Array.from(
          Buffer.concat(
            values.map((value) => new Uint8Array(value.buffer, value.byteOffset, value.byteLength)),
          ),
        ).buffer,
      }),
    );
    const expected = network.branch('main', network.trunk(x, INFERENCE), INFERENCE).logits;
    const actual = loaded.predict(x) as tf.Tensor;
    const scale = Math.max(1, tf.max(tf.abs(expected)).dataSync()[0] ?? NaN);
    expect(tf.max(tf.abs(tf.sub(expected, actual))).dataSync()[0]).toBeLessThan(2e-5 * scale);
    expect(loaded.countParams()).toBe(
      network.declarations.reduce((sum, { name: tensor }) => sum + network.variable(tensor).size, 0),
    );
    network.dispose();
  });
});
