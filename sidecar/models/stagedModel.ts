import type * as tf from '@tensorflow/tfjs-core';
import { Network, type BranchOutput, type Initialisation, type Mode, type Parameter } from './network.ts';
import { plain, type Backbone, type Block, type Shape } from './spec.ts';
import { stagedNetwork, type StagedNetwork } from './stages.spec.ts';

/** What one pass leaves on its way. */
export interface Taps extends BranchOutput {
  /** Output of each stage. */
  readonly stages: readonly tf.Tensor[];
  /** The same before the ReLU that ends it. */
  readonly beforeRelu: readonly tf.Tensor[];
}

/**
 * A plain network seen as stem, stages, neck and head: what methods do that pair, swap, tap or branch networks stage by
 * stage. Any part runs on features of any network, as long as shapes agree.
 */
export class StagedModel {
  readonly network: Network;
  readonly staged: StagedNetwork;
  readonly #scopes: ReadonlyMap<Block, string>;

  /** @param backbone of the network, which has one branch, `main` */
  constructor(name: string, backbone: Backbone, input: Shape, initialisation: Initialisation) {
    this.network = new Network(name, plain(backbone, input), initialisation);
    this.staged = stagedNetwork(backbone, input);
    this.#scopes = new Map([
      ...backbone.trunk.map((block) => [block, 'trunk'] as const),
      ...backbone.tail.map((block) => [block, 'main'] as const),
      [backbone.head, 'main'],
    ]);
  }

  /** Blocks of this network on any features that fit. */
  run(blocks: readonly Block[], x: tf.Tensor, mode: Mode): tf.Tensor {
    return blocks.reduce((h, block) => this.network.runBlocks(this.#scope(block), [block], h, mode), x);
  }

  stem(x: tf.Tensor, mode: Mode): tf.Tensor {
    return this.run(this.staged.stem, x, mode);
  }

  /** @param index 0-based */
  stage(index: number, h: tf.Tensor, mode: Mode): tf.Tensor {
    return this.run(this.staged.stages[index]?.blocks ?? [], h, mode);
  }

  /** Neck and head on what the last stage gives. */
  finish(h: tf.Tensor, mode: Mode): BranchOutput {
    const features = this.run(this.staged.neck, h, mode) as tf.Tensor2D;
    return { features, logits: this.run([this.staged.head], features, mode) as tf.Tensor2D };
  }

  /** Stages `from` (0-based) to the end, then neck and head. */
  runFrom(from: number, h: tf.Tensor, mode: Mode): BranchOutput {
    const blocks = this.staged.stages.slice(from).flatMap((stage) => stage.blocks);
    return this.finish(this.run(blocks, h, mode), mode);
  }

  logits(x: tf.Tensor, mode: Mode): tf.Tensor2D {
    return this.runFrom(0, this.stem(x, mode), mode).logits;
  }

  taps(x: tf.Tensor, mode: Mode): Taps {
    const stages: tf.Tensor[] = [];
    const beforeRelu: tf.Tensor[] = [];
    let h = this.stem(x, mode);
    for (const { blocks } of this.staged.stages) {
      h = this.run(blocks.slice(0, -1), h, mode);
      const [last] = blocks.slice(-1);
      if (!last) continue;
      const ran = this.network.runBlock(this.#scope(last), last, h, mode);
      h = ran.output;
      stages.push(ran.output);
      beforeRelu.push(ran.beforeRelu);
    }
    return { ...this.finish(h, mode), stages, beforeRelu };
  }

  /** Trainable parameters of some blocks, or of all. */
  parameters(blocks?: readonly Block[]): Parameter[] {
    if (!blocks) return this.network.parameters();
    const prefixes = blocks.map((block) => this.#prefix(block));
    return this.network.parameters().filter(({ name }) => prefixes.some((prefix) => name.startsWith(prefix)));
  }

  /** Names of every saved tensor of some blocks, running statistics included. */
  tensors(blocks: readonly Block[]): string[] {
    const prefixes = blocks.map((block) => this.#prefix(block));
    return this.network.declarations
      .map(({ name }) => name)
      .filter((name) => prefixes.some((prefix) => name.startsWith(prefix)));
  }

  #prefix(block: Block): string {
    return `${this.#scope(block)}/${block.name}/`;
  }

  #scope(block: Block): string {
    const scope = this.#scopes.get(block);
    if (scope === undefined)
      throw new Error(`The network ${this.network.name} has no such block as ${block.name}.`);
    return scope;
  }
}
