import { z } from 'zod';
import { BATCH_NORM, classifier, RELU, stage } from './layers.spec.ts';
import type { Backbone, Block, Layer } from './spec.ts';

export const densenetOptions = z
  .strictObject({
    name: z.literal('densenetd40k12'),
    finalBatchNorm: z
      .boolean()
      .default(true)
      .meta({
        description: 'Batch norm before the last pooling.',
        paper: [
          { value: true, certainty: 'releasedCode', source: 'DKEL, training code' },
          {
            value: false,
            certainty: 'releasedCode',
            source: 'PCL, reproduction by the first author of DKEL: not like-for-like with DKEL',
          },
        ],
      }),
  })
  .meta({
    title: 'DenseNet-BC 40-12',
    description: 'Three dense blocks of six units; growth 12, bottleneck 48, compression 0.5.',
  });

const GROWTH = 12;
const UNITS = 6;

const conv = (filters: number, kernel: number): Layer => ({
  kind: 'conv',
  filters,
  kernel,
  stride: 1,
  padding: (kernel - 1) / 2,
  bias: false,
  fan: 'in',
});

/** BN–ReLU–1×1(4k)–BN–ReLU–3×3(k), beside its own input. */
const unit: Layer = {
  kind: 'concat',
  split: false,
  paths: [[], [BATCH_NORM, RELU, conv(4 * GROWTH, 1), BATCH_NORM, RELU, conv(GROWTH, 3)]],
};

const transition = (stageName: string, channels: number): Block => ({
  name: `${stageName}.transition`,
  layers: [BATCH_NORM, RELU, conv(channels, 1), { kind: 'averagePool', size: 2, stride: 2 }],
});

export function densenet(
  { name, finalBatchNorm }: z.infer<typeof densenetOptions>,
  classes: number,
): Backbone {
  const dense = (stageName: string) => stage(stageName, UNITS, () => [unit]);
  // 24 + 72 = 96 → 48; 48 + 72 = 120 → 60; 60 + 72 = 132.
  return {
    family: name,
    trunk: [
      { name: 'stem', layers: [conv(2 * GROWTH, 3)] },
      ...dense('stage1'),
      transition('stage1', 48),
      ...dense('stage2'),
      transition('stage2', 60),
    ],
    tail: [
      ...dense('stage3'),
      { name: 'norm', layers: finalBatchNorm ? [BATCH_NORM, RELU] : [RELU] },
      { name: 'pool', layers: [{ kind: 'globalAveragePool' }] },
    ],
    head: classifier(classes, 'zeroBias'),
  };
}
