import { z } from 'zod';
import { BATCH_NORM, classifier, conv, convRelu, POOL, RELU, stage } from './layers.spec.ts';
import type { Backbone, Layer } from './spec.ts';

/** Units per stage and width factor: depth 6n + 4 (Zagoruyko & Komodakis, BMVC 2016). */
const SHAPES = {
  wrn_16_1: [2, 1],
  wrn_16_2: [2, 2],
  wrn_28_2: [4, 2],
  wrn_40_1: [6, 1],
  wrn_40_2: [6, 2],
} as const;

type WideResNetName = keyof typeof SHAPES;

export const wideResnetOptions = z
  .strictObject({ name: z.enum(Object.keys(SHAPES) as [WideResNetName, ...WideResNetName[]]) })
  .meta({
    title: 'Wide ResNet',
    description: 'wrn_<depth>_<width>: batch norm and ReLU come before each convolution.',
  });

/** Where the shape changes, the shortcut starts after the first activation, as in the CIFAR-100 benchmark's code. */
function unit(input: number, filters: number, stride: number): Layer[] {
  const body = [...convRelu(filters, 3, stride), conv(filters, 3)];
  return stride === 1 && input === filters
    ? [{ kind: 'sum', body: [BATCH_NORM, RELU, ...body], shortcut: [] }]
    : [BATCH_NORM, RELU, { kind: 'sum', body, shortcut: [conv(filters, 1, stride)] }];
}

export function wideResnet({ name }: z.infer<typeof wideResnetOptions>, classes: number): Backbone {
  const [units, width] = SHAPES[name];
  const filters = [16, 16 * width, 32 * width, 64 * width] as const;
  const stages = [1, 2, 3].map((index) =>
    stage(`stage${index}`, units, (at) =>
      unit(filters[at === 0 ? index - 1 : index] ?? 16, filters[index] ?? 16, at === 0 && index > 1 ? 2 : 1),
    ),
  );
  return {
    family: name,
    trunk: [{ name: 'stem', layers: [conv(16, 3)] }, ...stages.slice(0, 2).flat()],
    tail: [...(stages[2] ?? []), { name: 'norm', layers: [BATCH_NORM, RELU] }, POOL],
    head: classifier(classes, 'zeroBias'),
  };
}
