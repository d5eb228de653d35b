import { z } from 'zod';
import { classifier, RELU } from './layers.spec.ts';
import type { Backbone, Layer } from './spec.ts';

export const lenetOptions = z
  .strictObject({
    name: z.literal('lenet5'),
    width: z
      .number()
      .int()
      .min(1)
      .max(32)
      .default(1)
      .meta({
        description:
          'Factor of all filters and units; 8 is the weak student of the supervision-complexity paper.',
        paper: [{ value: 8, certainty: 'recalled', source: 'Supervision complexity (LeNet-5x8)' }],
      }),
  })
  .meta({
    title: 'LeNet-5',
    description: 'Two 5×5 convolutions with max pooling and three dense layers, with ReLU.',
  });

const convolution = (filters: number): Layer[] => [
  { kind: 'conv', filters, kernel: 5, stride: 1, padding: 0, bias: true },
  RELU,
  { kind: 'maxPool', size: 2, stride: 2 },
];

export function lenet({ name, width }: z.infer<typeof lenetOptions>, classes: number): Backbone {
  return {
    family: name,
    trunk: [{ name: 'stage1.1', layers: convolution(6 * width) }],
    tail: [
      { name: 'stage2.1', layers: convolution(16 * width) },
      {
        name: 'pool',
        layers: [
          { kind: 'flatten' },
          { kind: 'dense', units: 120 * width },
          RELU,
          { kind: 'dense', units: 84 * width },
          RELU,
        ],
      },
    ],
    head: classifier(classes),
  };
}
