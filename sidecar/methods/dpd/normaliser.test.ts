import * as tf from '@tensorflow/tfjs-core';
import { loadLayersModel } from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';
import { prepareBackend } from '../../backends/prepare.ts';
import { layersModel } from '../../models/layersModel.ts';
import { mlp } from '../../models/mlp.spec.ts';
import { INFERENCE, Network } from '../../models/network.ts';
import { plain } from '../../models/spec.ts';
import { Stream } from '../../random/stream.ts';
import { learnt, Normaliser, withNormaliser } from './normaliser.ts';

const rows = Stream.of(4, 'rows')
  .normals(80, 3)
  .map((value, index) => value + (index % 4));

describe.each(['cpu', 'wasm'] as const)('a policy that sees normalised observations, on %s', (backend) => {
  let network: Network;
  beforeAll(async () => {
    await prepareBackend(backend, { env: {} });
    const body = mlp({ name: 'mlp', trunk: [6], branch: [5], activation: 'tanh' }, [4], 2);
    const head = { ...body.head, layers: [...body.head.layers, { kind: 'tanh' as const }] };
    network = new Network('actor', withNormaliser(plain({ ...body, head }, [4])), { seed: 2 });
    const normaliser = new Normaliser(4, [network]);
    // In two parts, and restored in between.
    normaliser.add(rows.slice(0, 32));
    const other = new Normaliser(4, [network]);
    other.restore(normaliser.save());
    other.add(rows.slice(32));
  });

  it('sees mean 0 and deviation 1, and learns neither scale nor offset', () => {
    const seen = network.runBlocks(
      'trunk',
      network.spec.trunk.slice(0, 1),
      tf.tensor2d(rows, [20, 4]),
      INFERENCE,
    );
    const { mean, variance } = tf.moments(seen, 0);
    expect(tf.max(tf.abs(mean)).dataSync()[0]).toBeLessThan(1e-5);
    expect(tf.max(tf.abs(tf.sub(variance, 1))).dataSync()[0]).toBeLessThan(1e-4);
    expect(learnt(network).map(({ name }) => name.split('/').slice(0, 2).join('/'))).not.toContain(
      'trunk/normaliser',
    );
    expect(learnt(network)).toHaveLength(6);
  });

  it('is exported with what it knows of observations, as a plain layers model', async () => {
    const model = layersModel(network.spec, ['main']);
    const weights = model.weights.map(({ tensor }) => network.variable(tensor).dataSync<'float32'>());
    const loaded = await loadLayersModel(
      tf.io.fromMemory({
        modelTopology: model.topology,
        weightSpecs: model.weights.map(({ name, shape }) => ({ name, shape: [...shape], dtype: 'float32' })),
        weightData: Float32Array.from(weights.flatMap((values) => [...values])).buffer,
      }),
    );
    const x = tf.tensor2d(rows, [20, 4]);
    const own = network.branch('main', network.trunk(x, INFERENCE), INFERENCE).logits;
    const difference = tf.max(tf.abs(tf.sub(own, loaded.predict(x) as tf.Tensor))).dataSync()[0];
    expect(difference).toBeLessThan(1e-5);
    expect(tf.max(tf.abs(own)).dataSync()[0]).toBeLessThanOrEqual(1);
  });
});
