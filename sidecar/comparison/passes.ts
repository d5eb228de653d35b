import * as tf from '@tensorflow/tfjs-core';
import type { Role } from '../methods/training.ts';
import { INFERENCE, type Network } from '../models/network.ts';

export type Path = NonNullable<Role['path']>;

/** The scopes of a network that a path runs through: the trunk, its branch, or its join with all branches that it reads. */
export function scopesOf({ spec }: Network, { output }: Path): string[] {
  const join = spec.joins.find(({ name }) => name === output);
  return ['trunk', ...(join?.from ?? []), output];
}

/**
 * What a tensor or block of a path is called when it is compared with another one's: its own branch is `branch`, whichever
 * it is, its own join `join`.
 */
export function relativeName({ spec }: Network, { output }: Path, name: string): string {
  if (!name.startsWith(`${output}/`)) return name;
  const own = spec.joins.some((join) => join.name === output) ? 'join' : 'branch';
  return `${own}${name.slice(output.length)}`;
}

/** Logits of the path alone, in inference mode. @param x [batch, ...input] */
export function logitsOf(network: Network, { output }: Path, x: tf.Tensor): tf.Tensor2D {
  const trunk = network.trunk(x, INFERENCE);
  const join = network.spec.joins.find(({ name }) => name === output);
  if (!join) return network.branch(output, trunk, INFERENCE).logits;
  const features = join.from.map((name) => network.branch(name, trunk, INFERENCE).features);
  return network.join(output, features, INFERENCE);
}

/**
 * Output of every block on the path, by relative name, from the input to the logits. Blocks that do nothing but average over
 * space are left out: {@link pooled}, the block before says the same.
 */
export function blocksOf(network: Network, path: Path, x: tf.Tensor): Map<string, tf.Tensor> {
  const { output } = path;
  const join = network.spec.joins.find(({ name }) => name === output);
  const taps = (join?.from ?? [output]).map((branch) => network.taps(branch, x, INFERENCE));
  const blocks = new Map(taps.flatMap((each) => [...each.blocks].filter(([name]) => !isPool(network, name))));
  const head = join ? logitsOf(network, path, x) : taps[0]?.logits;
  if (head) blocks.set(`${output}/head`, head);
  return new Map([...blocks].map(([name, tensor]) => [relativeName(network, path, name), tensor]));
}

const isPool = ({ spec }: Network, name: string): boolean =>
  [{ name: 'trunk', blocks: spec.trunk }, ...spec.branches]
    .flatMap((scope) => scope.blocks.map((block) => ({ block, path: `${scope.name}/${block.name}` })))
    .some(
      ({ block, path }) => path === name && block.layers.every(({ kind }) => kind === 'globalAveragePool'),
    );

/** A block's output as one vector a sample: images by their channel means, so that networks of any resolution compare. */
export const pooled = (block: tf.Tensor): tf.Tensor2D =>
  block.rank === 4 ? tf.mean(block, [1, 2]) : tf.reshape(block, [block.shape[0], -1]);
