import * as tf from '@tensorflow/tfjs-core';
import type { Network } from './network.ts';
import { layerPath, size, traceLayers } from './shapes.spec.ts';
import type { Block, Layer, NetworkSpec, Shape } from './spec.ts';

/** One axis of a tensor, whose entries are the channels of a group: as often one after the other as `repeats` says. */
export interface ChannelAxis {
  readonly name: string;
  readonly axis: number;
  /** Positions that a flattened image has for each channel; channels are the inner ones. */
  readonly repeats: number;
}

/**
 * Channels that can be re-ordered only together: those that meet in a sum share one order. Permuting producers and consumers
 * alike leaves what the network computes as it is.
 */
export interface ChannelGroup {
  readonly channels: number;
  /** What makes these channels: out-axes of kernels, biases, and everything of batch norms. */
  readonly producers: readonly ChannelAxis[];
  /** What reads them: in-axes of kernels. */
  readonly consumers: readonly ChannelAxis[];
}

interface OpenGroup {
  readonly channels: number;
  producers: ChannelAxis[];
  consumers: ChannelAxis[];
  /** Whose channels these are too, after a sum. */
  mergedInto: OpenGroup | null;
  /** Input and logits have an order of their own. */
  isFixed: boolean;
}

interface Flow {
  readonly group: OpenGroup;
  readonly repeats: number;
  readonly shape: Shape;
}

const open = (channels: number, isFixed = false): OpenGroup => ({
  channels,
  producers: [],
  consumers: [],
  mergedInto: null,
  isFixed,
});

function root(group: OpenGroup): OpenGroup {
  let last = group;
  while (last.mergedInto) last = last.mergedInto;
  return last;
}

function merge(a: OpenGroup, b: OpenGroup): OpenGroup {
  const [kept, gone] = [root(a), root(b)];
  if (kept === gone) return kept;
  kept.producers.push(...gone.producers);
  kept.consumers.push(...gone.consumers);
  kept.isFixed ||= gone.isFixed;
  gone.mergedInto = kept;
  return kept;
}

/**
 * The groups of channels whose order is free: not those of the input and of the logits.
 * @throws where channels are put side by side or shuffled: their order is not that of one group
 */
export function channelGroups({ input, trunk, branches, joins }: NetworkSpec): ChannelGroup[] {
  if (joins.length > 0) throw new Error('Channels of a network with joins cannot be followed.');
  const groups: OpenGroup[] = [];
  const begin = (channels: number, isFixed = false): OpenGroup => {
    const group = open(channels, isFixed);
    groups.push(group);
    return group;
  };
  const produced = (flow: Flow, names: readonly string[]): Flow => {
    for (const name of names) root(flow.group).producers.push({ name, axis: -1, repeats: flow.repeats });
    return flow;
  };
  const consumed = ({ group, repeats }: Flow, name: string, axis: number): void => {
    root(group).consumers.push({ name, axis, repeats });
  };

  const through = (layer: Layer, flow: Flow, path: string): Flow => {
    const shape = traceLayers([layer], flow.shape, path).output;
    const same = { ...flow, shape };
    switch (layer.kind) {
      case 'conv':
      case 'dense': {
        const { group, repeats } = { group: begin(shape.at(-1) ?? 0), repeats: 1 };
        consumed(flow, `${path}/kernel`, -2);
        const hasBias = layer.kind === 'conv' ? layer.bias : layer.bias !== false;
        return produced({ group, repeats, shape }, [`${path}/kernel`, ...(hasBias ? [`${path}/bias`] : [])]);
      }
      case 'depthwise':
        // A filter for each channel: it goes where its channel goes.
        root(flow.group).producers.push({ name: `${path}/kernel`, axis: -2, repeats: flow.repeats });
        return same;
      case 'batchNorm':
        return produced(
          same,
          ['gamma', 'beta', 'moving_mean', 'moving_variance'].map((weight) => `${path}/${weight}`),
        );
      case 'residual':
      case 'sum': {
        const [body, shortcut] = [
          run(layer.body, flow, `${path}/body`),
          run(layer.shortcut, flow, `${path}/shortcut`),
        ];
        return { ...body, group: merge(shortcut.group, body.group) };
      }
      case 'flatten':
        return {
          group: flow.group,
          repeats: (flow.repeats * size(flow.shape)) / (flow.shape.at(-1) ?? 1),
          shape,
        };
      case 'concat':
      case 'channelShuffle':
        throw new Error(`${path}: channels that are put side by side or shuffled cannot be followed.`);
      case 'relu':
      case 'tanh':
      case 'globalAveragePool':
      case 'maxPool':
      case 'averagePool':
      case 'zeroPad':
      case 'upSample':
        return same;
    }
  };
  const run = (layers: readonly Layer[], from: Flow, path: string): Flow =>
    layers.reduce((flow, layer, index) => through(layer, flow, layerPath(path, index, layer)), from);
  const runBlocks = (blocks: readonly Block[], from: Flow, scope: string): Flow =>
    blocks.reduce((flow, block) => run(block.layers, flow, `${scope}/${block.name}`), from);

  const start: Flow = { group: begin(input.at(-1) ?? 0, true), repeats: 1, shape: input };
  const shared = runBlocks(trunk, start, 'trunk');
  for (const { name, blocks, head } of branches)
    root(runBlocks([...blocks, head], shared, name).group).isFixed = true;
  return groups
    .filter(({ mergedInto, isFixed }) => mergedInto === null && !isFixed)
    .map(({ channels, producers, consumers }) => ({ channels, producers, consumers }));
}

/**
 * Re-orders channels of a network in place: channel i becomes that which was `order[i]`.
 * @param parts both, unless only one side is to be turned
 */
export function permuteChannels(
  network: Network,
  { producers, consumers }: ChannelGroup,
  order: readonly number[],
  parts: 'both' | 'producers' = 'both',
): void {
  for (const { name, axis, repeats } of parts === 'both' ? [...producers, ...consumers] : producers)
    tf.tidy(() => {
      const variable = network.variable(name);
      const channels = order.length;
      const indices = Array.from(
        { length: channels * repeats },
        (_, index) => Math.floor(index / channels) * channels + (order[index % channels] ?? 0),
      );
      variable.assign(tf.gather(variable, tf.tensor1d(indices, 'int32'), variable.rank + axis));
    });
}
