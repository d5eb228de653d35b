import { z } from 'zod';
import { BATCH_NORM, classifier, conv, convNorm, convRelu, POOL, RELU, stage } from './layers.spec.ts';
import type { Backbone, Layer } from './spec.ts';

interface Shape {
  readonly stem: { readonly filters: number; readonly kernel: number; readonly stride: number };
  /** Channels of the stages; the first keeps the size, each other halves it. */
  readonly filters: readonly number[];
  /** Residual units of each stage. */
  readonly units: readonly number[];
  readonly unit: (input: number, filters: number, stride: number) => Layer;
  /** Channels that leave a unit, as a multiple of `filters`. */
  readonly expansion: number;
}

/** conv–BN–ReLU–conv–BN plus shortcut, then ReLU (He et al., CVPR 2016). */
function basic(input: number, filters: number, stride: number): Layer {
  return {
    kind: 'residual',
    body: [...convRelu(filters, 3, stride), ...convNorm(filters, 3)],
    shortcut: stride === 1 && input === filters ? [] : convNorm(filters, 1, stride),
  };
}

/** 1×1 to `width`, 3×3, 1×1 to 4 · `filters`, plus shortcut, then ReLU. */
const bottleneck =
  (widthFactor: number) =>
  (input: number, filters: number, stride: number): Layer => ({
    kind: 'residual',
    body: [
      ...convRelu(filters * widthFactor, 1),
      ...convRelu(filters * widthFactor, 3, stride),
      ...convNorm(4 * filters, 1),
    ],
    shortcut: stride === 1 && input === 4 * filters ? [] : convNorm(4 * filters, 1, stride),
  });

const CIFAR_STEM = { filters: 16, kernel: 3, stride: 1 };
/** 6n + 2 layers: n basic units in each of three stages. */
const cifar = (n: number): Shape => ({
  stem: CIFAR_STEM,
  filters: [16, 32, 64],
  units: [n, n, n],
  unit: basic,
  expansion: 1,
});
const wide = (n: number): Shape => ({
  ...cifar(n),
  stem: { filters: 32, kernel: 3, stride: 1 },
  filters: [64, 128, 256],
});
const bottlenecks = (n: number, widthFactor: number): Shape => ({
  ...cifar(n),
  unit: bottleneck(widthFactor),
  expansion: 4,
});
const fourStages = (units: readonly number[], stem: Shape['stem']): Shape => ({
  stem,
  filters: [64, 128, 256, 512],
  units,
  unit: basic,
  expansion: 1,
});
const SMALL_STEM = { filters: 64, kernel: 3, stride: 1 };
/** Its max-pool is defined but never applied in the released code (dkel.md §8 #11). */
const TINY_STEM = { filters: 64, kernel: 7, stride: 2 };

const SHAPES = {
  resnet8: cifar(1),
  resnet14: cifar(2),
  resnet20: cifar(3),
  resnet26: cifar(4),
  resnet32: cifar(5),
  resnet44: cifar(7),
  resnet56: cifar(9),
  resnet110_basic: cifar(18),
  resnet8x4: wide(1),
  resnet32x4: wide(5),
  resnet110: bottlenecks(12, 1),
  wide_resnet20_8: bottlenecks(2, 8),
  resnet18: fourStages([2, 2, 2, 2], SMALL_STEM),
  resnet34: fourStages([3, 4, 6, 3], SMALL_STEM),
  tiny_resnet18: fourStages([2, 2, 2, 2], TINY_STEM),
  tiny_resnet34: fourStages([3, 4, 6, 3], TINY_STEM),
} as const satisfies Record<string, Shape>;

type ResNetName = keyof typeof SHAPES;

export const resnetOptions = z
  .strictObject({ name: z.enum(Object.keys(SHAPES) as [ResNetName, ...ResNetName[]]) })
  .meta({
    title: 'ResNet',
    description:
      'Residual networks. resnet8 … resnet56 and resnet110_basic: three stages of 16, 32 and 64 channels of basic units; …x4: four times as wide; ' +
      'resnet110 and wide_resnet20_8: bottlenecks, as DKEL and PCL train them; resnet18, resnet34: four stages of 64 … 512, and tiny_…: the same with a 7×7 stem of stride 2.',
  });

/** Trunk: stem and all stages but the last; tail: the last stage and pooling (dkel.md §2.1). */
export function resnet({ name }: z.infer<typeof resnetOptions>, classes: number): Backbone {
  const { stem, filters, units, unit, expansion }: Shape = SHAPES[name];
  const inputs = [stem.filters, ...filters.map((each) => each * expansion)];
  const stages = filters.map((width, index) =>
    stage(`stage${index + 1}`, units[index] ?? 1, (at) => [
      at === 0 ? unit(inputs[index] ?? width, width, index === 0 ? 1 : 2) : unit(width * expansion, width, 1),
    ]),
  );
  return {
    family: name,
    trunk: [
      { name: 'stem', layers: [conv(stem.filters, stem.kernel, stem.stride), BATCH_NORM, RELU] },
      ...stages.slice(0, -1).flat(),
    ],
    tail: [...(stages.at(-1) ?? []), POOL],
    head: classifier(classes),
  };
}
