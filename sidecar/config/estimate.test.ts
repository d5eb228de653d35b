import '@tensorflow/tfjs-backend-cpu';
import { describe, expect, it } from 'vitest';
import { Network } from '../models/network.ts';
import { plain } from '../models/spec.ts';
import { backbone, modelOptions } from '../models/registry.spec.ts';
import { estimateOf, modelParameters } from './estimate.ts';
import { parseExperiment } from './load.ts';

const cifar = (classes: number) => ({ shape: [32, 32, 3], classes, train: 50_000, test: 10_000 });
const estimate = (overrides: string[]) => {
  const text = 'dataset: { name: mnist }\nmodels: { default: { name: resnet8 } }\nmethod: { name: dkel }\n';
  const { resolved } = parseExperiment('x', text, overrides);
  if (!resolved) throw new Error('not resolved');
  const found = estimateOf(resolved.experiment, resolved.plan);
  if (!found) throw new Error('no estimate');
  return found;
};

describe('estimates', () => {
  it.each([
    // He et al., CVPR 2016, table 6, rounded; dkel.md §2.2 to the last one.
    ['resnet20', 10, 0.27],
    ['resnet32', 10, 0.46],
  ])('%s on CIFAR has %s classes and %s M parameters', (name, classes, millions) => {
    const options = modelOptions.parse({ name });
    expect(modelParameters(options, cifar(classes)) / 1e6).toBeCloseTo(millions, 1.5);
  });

  it('counts as the released code was counted, and as a network really has', () => {
    const options = modelOptions.parse({ name: 'resnet32' });
    expect(modelParameters(options, cifar(10))).toBe(466_906);
    expect(modelParameters(options, cifar(100))).toBe(472_756);
    const small = modelOptions.parse({ name: 'resnet8' });
    const network = new Network('n', plain(backbone(small, [28, 28, 1], 10), [28, 28, 1]), { seed: 1 });
    const counted = network.parameters().reduce((sum, { variable }) => sum + variable.size, 0);
    expect(modelParameters(small, { shape: [28, 28, 1], classes: 10, train: 1, test: 1 })).toBe(counted);
  });

  it('knows the networks of a method', () => {
    const { networks, models } = estimate([]);
    expect([...networks.keys()]).toEqual(['student', 'teacher']);
    expect([...models.keys()]).toEqual(['student']);
    expect(networks.get('student')).toBeGreaterThan(2 * (models.get('student') ?? Infinity));
  });

  it('grows with the batch, the peers and the optimiser', () => {
    const base = estimate([]).bytes;
    const twice = estimate(['training.batchSize=256']).bytes;
    expect(twice / base).toBeGreaterThan(1.9);
    expect(twice / base).toBeLessThan(2);
    expect(estimate(['method.peers=4']).bytes).toBeGreaterThan(base);
    const parameters = [...estimate([]).networks.values()][0] ?? 0;
    expect(estimate(['optimizer={name: sgd, momentum: 0}']).bytes).toBe(base - 4 * parameters);
    expect(estimate(['optimizer={name: adam}']).bytes).toBe(base + 4 * parameters);
  });
});
