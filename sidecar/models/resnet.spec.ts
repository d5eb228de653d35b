import { z } from 'zod';
import type { Backbone, Block, Layer } from './spec.ts';

/** CIFAR ResNets by depth: 6n + 2 layers, n basic blocks in each of three stages (He et al., CVPR 2016). */
const UNITS = { resnet8: 1, resnet20: 3, resnet32: 5 } as const;

export const resnetOptions = z.strictObject({ name: z.enum(['resnet8', 'resnet20', 'resnet32']) }).meta({
  title: 'CIFAR ResNet',
  description: 'Three stages of 16, 32 and 64 channels; peers share the first two.',
});

const conv = (filters: number, kernel: number, stride: number): Layer => ({
  kind: 'conv',
  filters,
  kernel,
  stride,
  padding: (kernel - 1) / 2,
  bias: false,
});

function basic(input: number, filters: number, stride: number): Layer {
  return {
    kind: 'residual',
    body: [
      conv(filters, 3, stride),
      { kind: 'batchNorm' },
      { kind: 'relu' },
      conv(filters, 3, 1),
      { kind: 'batchNorm' },
    ],
    shortcut: stride === 1 && input === filters ? [] : [conv(filters, 1, stride), { kind: 'batchNorm' }],
  };
}

function stage(name: string, units: number, input: number, filters: number, stride: number): Block[] {
  return Array.from({ length: units }, (_, unit) => ({
    name: `${name}.${unit + 1}`,
    layers: [unit === 0 ? basic(input, filters, stride) : basic(filters, filters, 1)],
  }));
}

/** Trunk: stem and two stages; tail: the third stage and pooling (dkel.md §2.1). */
export function resnet(options: z.infer<typeof resnetOptions>, classes: number): Backbone {
  const units = UNITS[options.name];
  return {
    family: options.name,
    trunk: [
      { name: 'stem', layers: [conv(16, 3, 1), { kind: 'batchNorm' }, { kind: 'relu' }] },
      ...stage('stage1', units, 16, 16, 1),
      ...stage('stage2', units, 16, 32, 2),
    ],
    tail: [...stage('stage3', units, 32, 64, 2), { name: 'pool', layers: [{ kind: 'globalAveragePool' }] }],
    head: { name: 'head', layers: [{ kind: 'dense', units: classes }] },
  };
}
