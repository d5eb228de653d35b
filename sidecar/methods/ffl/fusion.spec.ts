import { BATCH_NORM, classifier, conv, POOL, RELU } from '../../models/layers.spec.ts';
import type { NetworkSpec, Shape } from '../../models/spec.ts';

/** Depthwise 3×3 – BN – ReLU – pointwise – BN – ReLU – pooling – dense, on both feature maps side by side. */
export const fusionSpec = (maps: Shape, features: number, classes: number): NetworkSpec => ({
  family: 'fusion',
  input: maps,
  trunk: [
    {
      name: 'fusion',
      layers: [
        { kind: 'depthwise', kernel: 3, stride: 1, padding: 1 },
        BATCH_NORM,
        RELU,
        conv(features, 1),
        BATCH_NORM,
        RELU,
      ],
    },
  ],
  branches: [{ name: 'main', blocks: [POOL], head: classifier(classes) }],
  joins: [],
});
