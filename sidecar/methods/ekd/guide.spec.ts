import { BATCH_NORM, classifier, conv, convRelu, POOL, RELU } from '../../models/layers.spec.ts';
import type { Layer, NetworkSpec, Shape } from '../../models/spec.ts';

export type GuideKind = 'full' | 'light';

/**
 * A guided module on a stage's features (ekd.md §3.1): a bottleneck (or 1×1 alone) to `width` channels, pooling, classifier.
 * What enters the classifier is the feature that the student mimics.
 * @param last height of the last stage's features, to which the module comes down
 */
export function guideSpec(
  kind: GuideKind,
  features: Shape,
  last: number,
  width: number,
  classes: number,
): NetworkSpec {
  const [height] = features;
  const isImage = features.length === 3;
  // Window and stride bring the map to the last stage's size at once.
  const reduction = Math.max(1, Math.floor((height ?? 1) / Math.max(1, last)));
  const inner = Math.max(1, Math.floor(width / 4));
  const bottleneck: Layer[] = [
    ...convRelu(inner, 1),
    { ...conv(inner, 1), kernel: reduction, stride: reduction, padding: 0 },
    BATCH_NORM,
    RELU,
    ...convRelu(width, 1),
  ];
  const vector: Layer[] = [{ kind: 'dense', units: width }, RELU];
  return {
    family: 'guide',
    input: features,
    trunk: [
      { name: 'guide', layers: isImage ? (kind === 'full' ? bottleneck : convRelu(width, 1)) : vector },
    ],
    branches: [{ name: 'main', blocks: isImage ? [POOL] : [], head: classifier(classes) }],
    joins: [],
  };
}
