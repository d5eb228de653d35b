import { z } from 'zod';
import { BATCH_NORM, classifier, RELU } from './layers.spec.ts';
import type { Backbone, Block, Layer } from './spec.ts';

/** Convolutions of 64, 128, 256, 512 and 512 channels. */
const CONVOLUTIONS = {
  vgg8: [1, 1, 1, 1, 1],
  vgg11: [1, 1, 2, 2, 2],
  vgg13: [2, 2, 2, 2, 2],
  vgg16: [2, 2, 3, 3, 3],
  vgg19: [2, 2, 4, 4, 4],
} as const;

const FILTERS = [64, 128, 256, 512, 512] as const;

type VggName = keyof typeof CONVOLUTIONS;

export const vggOptions = z
  .strictObject({ name: z.enum(Object.keys(CONVOLUTIONS) as [VggName, ...VggName[]]) })
  .meta({
    title: 'VGG',
    description:
      'Plain convolutions with batch norm. vgg8, vgg11, vgg13 pool over space and have one dense layer, as in the CIFAR-100 distillation benchmark; ' +
      'vgg16 and vgg19 have three dense layers, as DKEL and PCL train them.',
  });

const MAX_POOL: Layer = { kind: 'maxPool', size: 2, stride: 2 };

const convolutions = (count: number, filters: number): Layer[] =>
  Array.from({ length: count }).flatMap((): Layer[] => [
    { kind: 'conv', filters, kernel: 3, stride: 1, padding: 1, bias: true },
    BATCH_NORM,
    RELU,
  ]);

/** One stage a resolution, its pooling first: what leaves a stage is what the benchmark's networks call a block. */
function benchmark(name: VggName, classes: number): Backbone {
  const [first, ...others] = CONVOLUTIONS[name].map((count, index) =>
    convolutions(count, FILTERS[index] ?? 512),
  );
  const stages = others.map((layers, index): Block => {
    // The last two stages have one resolution: 4×4 of 32×32.
    const pooled = index < others.length - 1 ? [MAX_POOL, ...layers] : layers;
    return { name: `stage${index + 1}.1`, layers: pooled };
  });
  return {
    family: name,
    trunk: [{ name: 'stem', layers: first ?? [] }, ...stages.slice(0, -1)],
    tail: [...stages.slice(-1), { name: 'pool', layers: [{ kind: 'globalAveragePool' }] }],
    head: classifier(classes, 'smallNormal'),
  };
}

/** Each stage ends with its pooling; the classifier is dense–ReLU–dense–ReLU–dense (dkel.md §2.1). */
function deep(name: VggName, classes: number): Backbone {
  const stages = CONVOLUTIONS[name].map((count, index): Block => ({
    name: `stage${index + 1}.1`,
    layers: [...convolutions(count, FILTERS[index] ?? 512), MAX_POOL],
  }));
  const hidden: Layer = { kind: 'dense', units: 512, start: 'smallNormal' };
  return {
    family: name,
    trunk: stages.slice(0, -1),
    tail: [...stages.slice(-1), { name: 'pool', layers: [{ kind: 'flatten' }] }],
    head: {
      name: 'head',
      layers: [hidden, RELU, hidden, RELU, ...classifier(classes, 'smallNormal').layers],
    },
  };
}

export function vgg({ name }: z.infer<typeof vggOptions>, classes: number): Backbone {
  return name === 'vgg16' || name === 'vgg19' ? deep(name, classes) : benchmark(name, classes);
}
