import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { use } from '../../backends/ops/testing.ts';
import { Network } from '../../models/network.ts';
import { resnet } from '../../models/resnet.spec.ts';
import { plain, type Layer } from '../../models/spec.ts';
import { supervisedStage } from '../parts/supervised.ts';
import { close, contextOf, networkOf, noise, runStage, scramble, stageOf, valuesOf } from '../testing.ts';
import { soteacher } from './index.ts';
import { batchNormTerm, lipschitz } from './losses.ts';
import { soteacherOptions } from './options.ts';

const INPUT = [8, 8, 3];
const resnet8 = resnet({ name: 'resnet8' }, 3);
const value = (network: Network): number => lipschitz(network).dataSync()[0] ?? NaN;
const trained = () => {
  const network = new Network('teacher', plain(resnet8, INPUT), { seed: 2 });
  scramble(network);
  return network;
};
const change = (
  network: Network,
  names: RegExp,
  map: (values: Float32Array, name: string) => Float32Array,
) => {
  for (const { name } of network.declarations)
    if (names.test(name)) network.set(name, map(Float32Array.from(network.variable(name).dataSync()), name));
};

describe('SoTeacher’s invariants of the Lipschitz term', () => {
  beforeAll(() => use('wasm'));

  it('1: without regularisers, steps are those of plain cross-entropy, bit for bit', async () => {
    const training = soteacher(
      contextOf(soteacherOptions.parse({ name: 'soteacher', lambdaLR: 0, lambdaCR: 0 }), {
        models: { teacher: resnet8, student: resnet8 },
        input: INPUT,
        stages: { teacher: 3, distillation: 1 },
      }),
    );
    const batches = [0, 1, 2].map((index) => noise(`batch ${index}`, 6, INPUT));
    const alone = new Network('teacher', plain(resnet8, INPUT), { seed: 4 });
    const regularised = await runStage(stageOf(training, 'teacher'), batches, { stepsPerEpoch: 1 });
    const ordinary = await runStage(supervisedStage('teacher', [alone]), batches);
    expect(regularised.map(({ total }) => total)).toEqual(ordinary.map(({ total }) => total));
    expect(valuesOf(networkOf(training, 'teacher'))).toEqual(valuesOf(alone));
    const penalised = soteacher(
      contextOf(soteacherOptions.parse({ name: 'soteacher', lambdaLR: 1e-3, lambdaCR: 0 }), {
        models: { teacher: resnet8, student: resnet8 },
        input: INPUT,
        stages: { teacher: 3, distillation: 1 },
      }),
    );
    await runStage(stageOf(penalised, 'teacher'), batches, { stepsPerEpoch: 1 });
    expect(valuesOf(networkOf(penalised, 'teacher'))).not.toEqual(valuesOf(alone));
  });

  it('7: kernels and gammas scale it; biases and offsets do not count; output channels may be permuted; zeros add 0', () => {
    const before = value(trained());
    const scaled = trained();
    change(scaled, /kernel$|gamma$/u, (values) => values.map((v) => 3 * v));
    close(value(scaled) / before, 3, 1e-5);
    const shifted = trained();
    change(shifted, /bias$|beta$|moving_mean$/u, (values) => values.map((v) => v + 5));
    expect(value(shifted)).toBe(before);
    const permuted = trained();
    // The last axis is that of the output channels; of batch norm, gamma and variance go together.
    change(permuted, /kernel$|gamma$|moving_variance$/u, (values, name) => {
      const channels = permuted.variable(name).shape.at(-1) ?? 1;
      return values.map((_, i) => values[i - (i % channels) + (channels - 1 - (i % channels))] ?? NaN);
    });
    close(value(permuted) / before, 1, 1e-6);
    const more: Layer[] = [
      { kind: 'conv', filters: 64, kernel: 3, stride: 1, padding: 1, bias: true },
      { kind: 'batchNorm' },
    ];
    const deeper = new Network(
      'teacher',
      plain(
        {
          ...resnet8,
          trunk: [
            ...resnet8.trunk,
            {
              name: 'stage2.2',
              layers: more.map((layer) => ('filters' in layer ? { ...layer, filters: 32 } : layer)),
            },
          ],
        },
        INPUT,
      ),
      { seed: 2 },
    );
    scramble(deeper);
    change(deeper, /stage2\.2.*(?:kernel|gamma)$/u, (values) => values.fill(0));
    close(value(deeper) / before, 1, 1e-6);
  });

  it('8: gradients: sign(w) of convolutions, 0 at 0; one entry of each gamma; one row of each dense kernel', () => {
    const network = trained();
    change(network, /stem.*kernel$/u, (values) => values.map((v, i) => (i % 5 === 0 ? 0 : v)));
    const parameters = network.parameters();
    const { grads } = tf.variableGrads(
      () => lipschitz(network),
      parameters.map(({ variable }) => variable),
    );
    const kinds = new Set<string>();
    for (const { name, variable } of parameters) {
      const gradient = [...(grads[variable.name] ?? tf.zerosLike(variable)).dataSync()];
      const values = [...variable.dataSync()];
      const kind =
        /(?<kind>conv\/kernel|dense\/kernel|gamma|beta|bias)$/u.exec(name)?.groups?.['kind'] ?? name;
      kinds.add(kind);
      if (kind === 'conv/kernel') expect(gradient).toEqual(values.map((v) => Math.sign(v) + 0));
      if (kind === 'gamma') {
        const places = gradient.flatMap((g, c) => (g === 0 ? [] : [c]));
        expect(places).toHaveLength(1);
        const [place = 0] = places;
        const variance = network.variable(name.replace(/gamma$/u, 'moving_variance')).dataSync();
        const slopes = values.map((_, c) => 1 / Math.sqrt((variance[c] ?? NaN) + 1e-5));
        const sizes = values.map((g, c) => Math.abs(g) * (slopes[c] ?? NaN));
        expect(sizes[place]).toBe(Math.max(...sizes));
        close(gradient[place], Math.sign(values[place] ?? NaN) * (slopes[place] ?? NaN), 1e-5);
      }
      if (kind === 'dense/kernel') {
        const units = variable.shape[1] ?? 1;
        const rows = new Set(gradient.flatMap((g, i) => (g === 0 ? [] : [Math.floor(i / units)])));
        expect(rows.size).toBe(1);
        const [row = 0] = rows;
        expect(gradient.slice(row * units, (row + 1) * units)).toEqual(
          values.slice(row * units, (row + 1) * units).map(Math.sign),
        );
      }
      if (kind === 'beta' || kind === 'bias') expect(Math.max(...gradient.map(Math.abs))).toBe(0);
    }
    expect([...kinds].sort()).toEqual(['beta', 'bias', 'conv/kernel', 'dense/kernel', 'gamma']);
  });

  it('9: the moving variance has no gradient and stays as it is', () => {
    const network = trained();
    const before = valuesOf(network);
    const [gamma, variance] = tf.grads((g, v) => batchNormTerm(g, v))([
      tf.tensor1d([1, -2, 0.5]),
      tf.tensor1d([0.25, 4, 0.01]),
    ]);
    expect(Math.max(...(gamma?.dataSync() ?? []).map(Math.abs))).toBeGreaterThan(1);
    expect([...(variance?.dataSync() ?? [])]).toEqual([0, 0, 0]);
    value(network);
    expect(valuesOf(network)).toEqual(before);
  });
});
