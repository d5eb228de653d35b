import * as tf from '@tensorflow/tfjs-core';
import { loadLayersModel } from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';
import { prepareBackend } from '../backends/prepare.ts';
import { Stream } from '../random/stream.ts';
import { layersModel } from './layersModel.ts';
import { INFERENCE, Network, TRAINING } from './network.ts';
import { backbone, type ModelOptions } from './registry.spec.ts';
import { traceBlocks } from './shapes.spec.ts';
import { branched, type NetworkSpec, type Shape } from './spec.ts';

const BRANCHES = ['branch1', 'branch2', 'branch3'];
const peers = (options: ModelOptions, input: Shape, classes: number): NetworkSpec =>
  branched(backbone(options, input, classes), input, BRANCHES, { name: 'ensemble', classes });

describe('static shapes', () => {
  it('refuse what does not fit, naming the place', () => {
    expect(() =>
      traceBlocks([{ name: 'stem', layers: [{ kind: 'dense', units: 2 }] }], [4, 4, 1], 'trunk'),
    ).toThrow(/trunk\/stem\/0\.dense needs a feature vector/u);
    expect(() =>
      traceBlocks(
        [{ name: 'r', layers: [{ kind: 'residual', body: [{ kind: 'dense', units: 2 }], shortcut: [] }] }],
        [3],
        't',
      ),
    ).toThrow(/the body gives \[2\], the shortcut \[3\]/u);
  });
});

describe.each(['cpu', 'wasm'] as const)('networks on %s', (backend) => {
  beforeAll(async () => {
    await prepareBackend(backend, { env: {} });
  });
  const input = [12, 12, 1];
  const images = (batch: number) =>
    tf.tensor4d(Stream.of(3, 'images').normals(batch * 144, 1), [batch, 12, 12, 1]);

  it('export every branch and the join as a layers model with equal outputs', async () => {
    const network = new Network('student', peers({ name: 'resnet8' }, input, 5), { seed: 1 });
    const x = images(3);
    // Running statistics other than 0 and 1, so that batch norm cannot pass by accident.
    tf.tidy(() => {
      for (const branch of BRANCHES) network.branch(branch, network.trunk(x, TRAINING), TRAINING);
    });
    const keep = [...BRANCHES, 'ensemble'];
    const model = layersModel(network.spec, keep);
    const loaded = await loadLayersModel(
      tf.io.fromMemory({
        modelTopology: model.topology,
        weightSpecs: model.weights.map(({ name, shape }) => ({ name, shape: [...shape], dtype: 'float32' })),
        weightData: Uint8Array.from(
          Buffer.concat(
            model.weights.map(({ tensor }) => {
              const values = network.variable(tensor).dataSync();
              return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
            }),
          ),
        ).buffer,
      }),
    );
    const outputs = loaded.predict(x) as tf.Tensor[];
    const trunk = network.trunk(x, INFERENCE);
    const branches = BRANCHES.map((branch) => network.branch(branch, trunk, INFERENCE));
    const expected = [
      ...branches.map(({ logits }) => logits),
      network.join(
        'ensemble',
        branches.map(({ features }) => features),
        INFERENCE,
      ),
    ];
    expect(model.outputs).toEqual(keep);
    expected.forEach((logits, index) => {
      const difference = tf.max(tf.abs(tf.sub(logits, outputs[index] ?? tf.scalar(NaN)))).dataSync()[0];
      expect(difference).toBeLessThan(1e-5);
    });
  });

  it('move running statistics once per pass, and only when told', () => {
    const network = new Network('student', peers({ name: 'resnet8' }, input, 5), { seed: 1 });
    const mean = network.variable('trunk/stem/1.batchNorm/moving_mean');
    const x = images(4);
    const batchMean = tf.tidy(() =>
      tf
        .mean(
          tf.conv2d(x, network.variable('trunk/stem/0.conv/kernel') as tf.Tensor as tf.Tensor4D, 1, 1),
          [0, 1, 2],
        )
        .dataSync(),
    );
    tf.tidy(() => network.trunk(x, INFERENCE));
    tf.tidy(() => network.trunk(x, { training: true, updateStatistics: false }));
    expect([...mean.dataSync()].every((value) => value === 0)).toBe(true);
    // Three views: 1 − 0.9³ of the same statistics.
    for (let view = 0; view < 3; view++) tf.tidy(() => network.trunk(x, TRAINING));
    mean.dataSync().forEach((value, index) => {
      expect(value).toBeCloseTo((1 - 0.9 ** 3) * (batchMean[index] ?? NaN), 4);
    });
  });

  it('tap every block without changing the logits, and run blocks on features of another network', () => {
    const [one, other] = [1, 2].map(
      (seed) => new Network(`n${seed}`, peers({ name: 'resnet8' }, input, 5), { seed }),
    );
    if (!one || !other) throw new Error('two networks');
    const x = images(2);
    const { blocks, logits } = one.taps('branch2', x, INFERENCE);
    expect([...blocks.keys()]).toEqual([
      'trunk/stem',
      'trunk/stage1.1',
      'trunk/stage2.1',
      'branch2/stage3.1',
      'branch2/pool',
    ]);
    expect([...logits.dataSync()]).toEqual([
      ...one.branch('branch2', one.trunk(x, INFERENCE), INFERENCE).logits.dataSync(),
    ]);
    const [stem, ...rest] = one.spec.trunk;
    if (!stem) throw new Error('no stem');
    const hybrid = other.runBlocks('trunk', rest, one.runBlocks('trunk', [stem], x, INFERENCE), INFERENCE);
    expect(hybrid.shape).toEqual([2, 6, 6, 32]);
    expect([...hybrid.dataSync()]).not.toEqual([...one.trunk(x, INFERENCE).dataSync()]);
  });

  it('keep a batch that is not finite out of the running statistics', () => {
    const network = new Network('student', peers({ name: 'resnet8' }, input, 5), { seed: 1 });
    tf.tidy(() => network.trunk(tf.mul(images(2), NaN), TRAINING));
    for (const { name } of network.trace.statistics)
      expect([...network.variable(name).dataSync()].some(Number.isNaN)).toBe(false);
  });

  it('begin from the seed alone, with the deviations of the specification', () => {
    const make = (seed: number) => new Network('student', peers({ name: 'resnet8' }, input, 5), { seed });
    const kernel = 'branch1/stage3.1/0.residual/body/3.conv/kernel';
    const [a, b, c] = [make(1), make(1), make(2)].map((network) => [...network.variable(kernel).dataSync()]);
    expect(a).toEqual(b);
    expect(a).not.toEqual(c);
    const variance = (a ?? []).reduce((sum, value) => sum + value * value, 0) / (a?.length ?? 1);
    expect(Math.sqrt(variance)).toBeCloseTo(Math.sqrt(2 / (9 * 64)), 2);
    expect([...make(1).variable('branch2/stage3.1/0.residual/body/3.conv/kernel').dataSync()]).not.toEqual(a);
  });

  it('disposes everything it made', () => {
    const before = tf.memory().numTensors;
    const network = new Network('student', peers({ name: 'resnet8' }, input, 5), { seed: 1 });
    network.copyFrom(new Network('other', network.spec, { seed: 2 }));
    network.dispose();
    expect(tf.memory().numTensors - before).toBe(network.declarations.length);
  });
});
