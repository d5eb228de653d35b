import { convNorm } from './layers.spec.ts';
import type { Backbone, Layer, NetworkSpec, Shape } from './spec.ts';
import type { StagedNetwork } from './stages.spec.ts';

/** Networks that methods put beside plain ones: adapters between features, heads, and the rear parts of networks. */

/** A network that is a single block: its output is that of `branch('main', x)`. */
export const singleBlock = (
  family: string,
  input: Shape,
  name: string,
  layers: readonly Layer[],
): NetworkSpec => ({
  family,
  input,
  trunk: [],
  branches: [{ name: 'main', blocks: [], head: { name, layers } }],
  joins: [],
});

/**
 * Layers that turn features of one shape into those of another, without activation (sftn.md §2): 1×1 convolution and batch
 * norm at equal sizes, 3×3 of stride 2 where the size halves, nearest up-sampling before 1×1 where it doubles; for vectors a
 * dense layer.
 * @param identityWhenEqual whether equal shapes need no layers
 * @returns null where sizes differ otherwise
 */
export function transformLayers(from: Shape, to: Shape, identityWhenEqual = false): Layer[] | null {
  if (identityWhenEqual && from.join() === to.join()) return [];
  if (from.length === 1 && to.length === 1) return [{ kind: 'dense', units: to[0] ?? 0 }];
  const [height = 0, width = 0] = from;
  const [wantedHeight = 0, wantedWidth = 0, channels = 0] = to;
  if (from.length !== 3 || to.length !== 3) return null;
  if (height === wantedHeight && width === wantedWidth) return convNorm(channels, 1);
  if (Math.ceil(height / 2) === wantedHeight && Math.ceil(width / 2) === wantedWidth)
    return convNorm(channels, 3, 2);
  if (height * 2 === wantedHeight && width * 2 === wantedWidth)
    return [{ kind: 'upSample', factor: 2 }, ...convNorm(channels, 1)];
  return null;
}

/** Stages from a 0-based one on, neck and head, as a network of their own on that stage's input. */
export const rearOf = ({ stages, neck, head }: StagedNetwork, from: number, family: string): Backbone => ({
  family,
  trunk: stages.slice(from).flatMap(({ blocks }) => blocks),
  tail: neck,
  head,
});
