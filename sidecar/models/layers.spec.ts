import type { Block, Layer } from './spec.ts';

/** Layers that networks of several families are made of. */

export const BATCH_NORM: Layer = { kind: 'batchNorm' };
export const RELU: Layer = { kind: 'relu' };
export const POOL: Block = { name: 'pool', layers: [{ kind: 'globalAveragePool' }] };

/** A convolution that keeps the size at stride 1. @param kernel odd */
export const conv = (filters: number, kernel: number, stride = 1): Layer & { kind: 'conv' } => ({
  kind: 'conv',
  filters,
  kernel,
  stride,
  padding: (kernel - 1) / 2,
  bias: false,
});

/** Convolution, batch norm, ReLU. */
export const convRelu = (filters: number, kernel: number, stride = 1): Layer[] => [
  conv(filters, kernel, stride),
  BATCH_NORM,
  RELU,
];

/** Convolution and batch norm without activation: shortcuts, linear bottlenecks, transforms. */
export const convNorm = (filters: number, kernel: number, stride = 1): Layer[] => [
  conv(filters, kernel, stride),
  BATCH_NORM,
];

/** 3×3, one filter per channel, then batch norm. */
export const depthwiseNorm = (stride: number): Layer[] => [
  { kind: 'depthwise', kernel: 3, stride, padding: 1 },
  BATCH_NORM,
];

/** A 1×1 convolution in groups: every group of output channels sees its own share of the input. */
export const groupedConv = (filters: number, groups: number): Layer =>
  groups === 1
    ? conv(filters, 1)
    : {
        kind: 'concat',
        split: true,
        paths: Array.from({ length: groups }, () => [conv(filters / groups, 1)]),
      };

export const classifier = (classes: number, start?: 'smallNormal' | 'zeroBias'): Block => ({
  name: 'head',
  layers: [{ kind: 'dense', units: classes, ...(start && { start }) }],
});

/** Units of a stage, called `<name>.1`, `<name>.2`, … @param unit layers of the 0-based unit */
export const stage = (name: string, units: number, unit: (index: number) => Layer[]): Block[] =>
  Array.from({ length: units }, (_, index) => ({ name: `${name}.${index + 1}`, layers: unit(index) }));
