import { z } from 'zod';
import {
  BATCH_NORM,
  classifier,
  convRelu,
  depthwiseNorm,
  groupedConv,
  POOL,
  RELU,
  stage,
} from './layers.spec.ts';
import type { Backbone, Block, Layer } from './spec.ts';

export const shufflenetOptions = z.strictObject({ name: z.enum(['shufflenetv1', 'shufflenetv2']) }).meta({
  title: 'ShuffleNet',
  description:
    'As in the CIFAR-100 distillation benchmark: v1 in three groups of 240, 480 and 960 channels (Zhang et al., CVPR 2018), v2 of 116, 232 and 464 (Ma et al., ECCV 2018).',
});

const STEM: Block = { name: 'stem', layers: convRelu(24, 1) };
const GROUPS = 3;

/** 1×1 in groups, shuffle, depthwise, 1×1 in groups; added to its input, or beside the pooled input where it halves the size. */
function unitV1(input: number, output: number, stride: number): Layer[] {
  // 24 channels are too few to be split.
  const groups = input === 24 ? 1 : GROUPS;
  const filters = stride === 2 ? output - input : output;
  const body: Layer[] = [
    groupedConv(filters / 4, groups),
    BATCH_NORM,
    RELU,
    { kind: 'channelShuffle', groups },
    ...depthwiseNorm(stride),
    RELU,
    groupedConv(filters, GROUPS),
    BATCH_NORM,
  ];
  if (stride === 1) return [{ kind: 'residual', body, shortcut: [] }];
  const pooled: Layer[] = [
    { kind: 'zeroPad', padding: 1 },
    { kind: 'averagePool', size: 3, stride: 2 },
  ];
  return [{ kind: 'concat', split: false, paths: [body, pooled] }, RELU];
}

/** Half of the channels passes, the other half is worked on; where the size halves, both halves are made of all channels. */
function unitV2(output: number, stride: number): Layer[] {
  const half = output / 2;
  const worked: Layer[] = [...convRelu(half, 1), ...depthwiseNorm(stride), ...convRelu(half, 1)];
  const passed: Layer[] = stride === 1 ? [] : [...depthwiseNorm(stride), ...convRelu(half, 1)];
  return [
    { kind: 'concat', split: stride === 1, paths: [passed, worked] },
    { kind: 'channelShuffle', groups: 2 },
  ];
}

export function shufflenet({ name }: z.infer<typeof shufflenetOptions>, classes: number): Backbone {
  const isFirst = name === 'shufflenetv1';
  const widths = isFirst ? [24, 240, 480, 960] : [24, 116, 232, 464];
  const stages = [4, 8, 4].map((units, index) =>
    stage(`stage${index + 1}`, units, (at) => {
      const [input = 0, output = 0] = [widths[index + (at === 0 ? 0 : 1)], widths[index + 1]];
      const stride = at === 0 ? 2 : 1;
      return isFirst ? unitV1(input, output, stride) : unitV2(output, stride);
    }),
  );
  return {
    family: name,
    trunk: [STEM, ...stages.slice(0, -1).flat()],
    tail: [...(stages.at(-1) ?? []), ...(isFirst ? [] : [{ name: 'norm', layers: convRelu(1024, 1) }]), POOL],
    head: classifier(classes),
  };
}
