import { traceBlocks } from './shapes.spec.ts';
import type { Backbone, Block, Shape } from './spec.ts';

/** Blocks of one resolution, as methods that pair or tap networks speak of them. */
export interface StageSpec {
  /** `stage1`. */
  readonly name: string;
  readonly blocks: readonly Block[];
  readonly input: Shape;
  readonly output: Shape;
}

export interface StagedNetwork {
  /** Before the first stage. */
  readonly stem: readonly Block[];
  readonly stages: readonly StageSpec[];
  /** Between the last stage and the classifier. */
  readonly neck: readonly Block[];
  readonly head: Block;
  /** Length of the vector that enters the classifier. */
  readonly features: number;
}

const OUTSIDE = new Set(['stem', 'norm', 'pool']);
const stageName = ({ name }: Block): string => name.replace(/\..*$/u, '');

/** A plain network as stem, stages, neck and head. @throws when a block does not fit its input */
export function stagedNetwork(backbone: Backbone, input: Shape): StagedNetwork {
  // A perceptron calls the hidden layers of trunk and tail alike: they are two stages all the same.
  const trunk = grouped(backbone.trunk);
  const tail = grouped(backbone.tail);
  const continued = trunk.at(-1)?.name === tail[0]?.name && tail[0]?.name !== 'hidden';
  const groups = continued ? grouped([...backbone.trunk, ...backbone.tail]) : [...trunk, ...tail];
  const first = groups.findIndex(({ name }) => !OUTSIDE.has(name));
  const last = groups.findLastIndex(({ name }) => !OUTSIDE.has(name));
  const blocks = (from: number, to: number): Block[] =>
    groups.slice(from, to).flatMap((group) => group.blocks);
  let shape = traceBlocks(blocks(0, first), input, 'stem').output;
  const stages = groups.slice(first, last + 1).map((group): StageSpec => {
    const output = traceBlocks(group.blocks, shape, group.name).output;
    const stage = { ...group, input: shape, output };
    shape = output;
    return stage;
  });
  const neck = blocks(last + 1, groups.length);
  return {
    stem: blocks(0, first),
    stages,
    neck,
    head: backbone.head,
    features: traceBlocks(neck, shape, 'neck').output[0] ?? 0,
  };
}

function grouped(blocks: readonly Block[]): { name: string; blocks: Block[] }[] {
  const groups: { name: string; blocks: Block[] }[] = [];
  for (const block of blocks) {
    const name = stageName(block);
    const open = groups.at(-1);
    if (open?.name === name) open.blocks.push(block);
    else groups.push({ name, blocks: [block] });
  }
  return groups;
}
