import { z } from 'zod';
import { classifier, convNorm, convRelu, depthwiseNorm, POOL, RELU } from './layers.spec.ts';
import type { Backbone, Block, Layer } from './spec.ts';

export const mobilenetOptions = z
  .strictObject({
    name: z.literal('mobilenetv2'),
    width: z
      .number()
      .min(0.25)
      .max(2)
      .default(0.5)
      .meta({
        description: 'Factor of all channel counts; the last layer keeps 1280.',
        paper: [{ value: 0.5, certainty: 'releasedCode', source: 'CIFAR-100 distillation benchmark' }],
      }),
  })
  .meta({
    title: 'MobileNetV2',
    description: 'Inverted residuals with linear bottlenecks, expansion 6 (Sandler et al., CVPR 2018).',
  });

/** Expansion, channels at width 1, units, stride of the first unit. */
const GROUPS = [
  [1, 16, 1, 1],
  [6, 24, 2, 1],
  [6, 32, 3, 2],
  [6, 64, 4, 2],
  [6, 96, 3, 1],
  [6, 160, 3, 2],
  [6, 320, 1, 1],
] as const;
/** Which groups make a stage: the benchmark's blocks. */
const STAGES = [[0, 1], [2], [3, 4], [5, 6]] as const;

function inverted(input: number, filters: number, stride: number, expansion: number): Layer[] {
  const body = [...convRelu(input * expansion, 1), ...depthwiseNorm(stride), RELU, ...convNorm(filters, 1)];
  return stride === 1 && input === filters ? [{ kind: 'sum', body, shortcut: [] }] : body;
}

export function mobilenet({ name, width }: z.infer<typeof mobilenetOptions>, classes: number): Backbone {
  const scaled = (channels: number): number => Math.floor(channels * width);
  let channels = scaled(32);
  const stages = STAGES.map((groups, index) => {
    const units: Layer[][] = [];
    for (const group of groups) {
      const [expansion, base, count, stride] = GROUPS[group];
      for (let unit = 0; unit < count; unit++) {
        units.push(inverted(channels, scaled(base), unit === 0 ? stride : 1, expansion));
        channels = scaled(base);
      }
    }
    return units.map((layers, unit): Block => ({ name: `stage${index + 1}.${unit + 1}`, layers }));
  });
  return {
    family: name,
    trunk: [{ name: 'stem', layers: convRelu(scaled(32), 3, 2) }, ...stages.slice(0, -1).flat()],
    tail: [
      ...(stages.at(-1) ?? []),
      { name: 'norm', layers: convRelu(width > 1 ? scaled(1280) : 1280, 1) },
      POOL,
    ],
    head: classifier(classes, 'smallNormal'),
  };
}
