import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { backbone, modelOptions, type ModelOptions } from './registry.spec.ts';
import { parameterCount, traceNetwork } from './shapes.spec.ts';
import { branched, plain } from './spec.ts';
import { stagedNetwork } from './stages.spec.ts';

const CIFAR = [32, 32, 3];
const options = (name: string): ModelOptions => modelOptions.parse({ name });
const count = (name: string, classes = 100, input = CIFAR): number =>
  parameterCount(traceNetwork(plain(backbone(options(name), input, classes), input)));

describe('parameter counts', () => {
  interface Size {
    backbone: string;
    classes: number;
    trunk_params: number;
    branch_params: number;
    ensemble_fc_params: number;
    total_params_3_peers: number;
    feature_dim: number;
  }
  const { model_sizes: sizes } = JSON.parse(readFileSync('test/fixtures/methods/dkel.json', 'utf8')) as {
    model_sizes: Size[];
  };

  it.each(sizes)('of $backbone with $classes classes are those that were measured (dkel.md §2.2)', (size) => {
    const input = size.backbone.startsWith('tiny') ? [64, 64, 3] : CIFAR;
    const branches = ['branch1', 'branch2', 'branch3'];
    const spec = branched(backbone(options(size.backbone), input, size.classes), input, branches, {
      name: 'ensemble',
      classes: size.classes,
    });
    const trace = traceNetwork(spec);
    const branch = trace.branches.get('branch2');
    expect(parameterCount(trace.trunk)).toBe(size.trunk_params);
    expect(branch && parameterCount(branch.whole)).toBe(size.branch_params);
    expect(branch?.features).toBe(size.feature_dim);
    expect(parameterCount(trace.joins.get('ensemble') ?? trace)).toBe(size.ensemble_fc_params);
    expect(parameterCount(trace)).toBe(size.total_params_3_peers);
  });

  it.each([
    ['resnet8', 83_892],
    ['resnet20', 278_324],
    ['resnet32', 472_756],
    ['resnet56', 861_620],
    ['resnet110_basic', 1_736_564],
    ['resnet8x4', 1_233_540],
    ['resnet32x4', 7_433_860],
    ['wrn_16_1', 180_916],
    ['wrn_40_1', 569_780],
    ['wrn_16_2', 703_284],
    ['wrn_40_2', 2_255_156],
    ['vgg8', 3_965_028],
    ['vgg13', 9_462_180],
    ['shufflenetv1', 949_258],
    ['shufflenetv2', 1_355_528],
    ['mobilenetv2', 812_836],
  ])('of %s with 100 classes are those of the CIFAR-100 benchmark (sftn.md §2): %i', (name, expected) => {
    expect(count(name)).toBe(expected);
  });

  it('of LeNet-5 and its eightfold', () => {
    const lenet = (width: number): number =>
      5 * 5 * 3 * 6 * width +
      6 * width +
      5 * 5 * 6 * 16 * width ** 2 +
      16 * width +
      400 * 120 * width ** 2 +
      120 * width +
      120 * 84 * width ** 2 +
      84 * width +
      84 * width * 10 +
      10;
    expect(count('lenet5', 10)).toBe(lenet(1));
    const eight = backbone(modelOptions.parse({ name: 'lenet5', width: 8 }), CIFAR, 10);
    expect(parameterCount(traceNetwork(plain(eight, CIFAR)))).toBe(lenet(8));
  });
});

describe('stages', () => {
  it.each([
    [
      'resnet20',
      [
        [32, 32, 16],
        [16, 16, 32],
        [8, 8, 64],
      ],
    ],
    [
      'resnet32x4',
      [
        [32, 32, 64],
        [16, 16, 128],
        [8, 8, 256],
      ],
    ],
    [
      'wrn_40_2',
      [
        [32, 32, 32],
        [16, 16, 64],
        [8, 8, 128],
      ],
    ],
    [
      'vgg13',
      [
        [16, 16, 128],
        [8, 8, 256],
        [4, 4, 512],
        [4, 4, 512],
      ],
    ],
    [
      'shufflenetv1',
      [
        [16, 16, 240],
        [8, 8, 480],
        [4, 4, 960],
      ],
    ],
    [
      'shufflenetv2',
      [
        [16, 16, 116],
        [8, 8, 232],
        [4, 4, 464],
      ],
    ],
    [
      'mobilenetv2',
      [
        [16, 16, 12],
        [8, 8, 16],
        [4, 4, 48],
        [2, 2, 160],
      ],
    ],
    [
      'resnet18',
      [
        [32, 32, 64],
        [16, 16, 128],
        [8, 8, 256],
        [4, 4, 512],
      ],
    ],
  ])('of %s have the shapes of sftn.md §2', (name, shapes) => {
    expect(
      stagedNetwork(backbone(options(name), CIFAR, 100), CIFAR).stages.map(({ output }) => output),
    ).toEqual(shapes);
  });

  it('of every model begin and end somewhere, and their names are unique', () => {
    for (const name of modelOptions.options.flatMap(({ shape }) =>
      'values' in shape.name ? [...shape.name.values] : [],
    )) {
      const input = [64, 64, 3];
      const network = stagedNetwork(backbone(options(name), input, 10), input);
      const places = [...network.stem, ...network.stages.flatMap(({ blocks }) => blocks), ...network.neck];
      expect(network.stages.length, name).toBeGreaterThan(1);
      expect(network.features).toBeGreaterThan(0);
      if (name !== 'mlp') expect(new Set(places.map((block) => block.name)).size).toBe(places.length);
    }
  });
});
