import * as tf from '@tensorflow/tfjs-core';
import {
  addRelu,
  allFinite,
  averagePool,
  batchNorm,
  batchNormInference,
  concatFeatures,
  channelShuffle,
  concatChannels,
  conv2d,
  dense,
  depthwiseConv2d,
  globalAveragePool,
  maxPool,
  relu,
  splitChannels,
  updateRunning,
  upSample,
  zeroPad,
} from '../backends/ops/index.ts';
import { Stream } from '../random/stream.ts';
import { layerPath, size, traceNetwork, type NetworkTrace, type TensorDeclaration } from './shapes.spec.ts';
import type { Block, Branch, Layer, NetworkSpec } from './spec.ts';

/** PyTorch's batch norm: ε, and the share of the old value in the running statistics. */
export const BATCH_NORM = { epsilon: 1e-5, momentum: 0.9 } as const;

/** How one pass treats batch norm; per call, so that a frozen block can sit inside a training pass. */
export interface Mode {
  /** Normalise by the batch's own statistics instead of the running ones. */
  readonly training: boolean;
  /** Move the running statistics (only with `training`). */
  readonly updateStatistics: boolean;
}

export const TRAINING: Mode = { training: true, updateStatistics: true };
export const INFERENCE: Mode = { training: false, updateStatistics: false };

/** A trainable tensor; its name is what optimiser slots, checkpoints and exports use. */
export interface Parameter {
  readonly network: string;
  readonly name: string;
  readonly variable: tf.Variable;
  /** Optimiser group; absent: that of the phase. */
  readonly group?: string;
}

export interface BranchOutput {
  /** [batch, features]: what enters the head. */
  readonly features: tf.Tensor2D;
  readonly logits: tf.Tensor2D;
}

type Summing = Layer & { kind: 'residual' | 'sum' };

/** Where a parameter's initial values come from; `streamName` may merge parameters into one stream. */
export interface Initialisation {
  readonly seed: number;
  readonly streamName?: (parameterName: string) => string;
}

/** Executes a {@link NetworkSpec}. Parameters and batch-norm statistics are all the state it has. */
export class Network {
  readonly trace: NetworkTrace;
  readonly #initialisation: Initialisation;
  readonly #variables = new Map<string, tf.Variable>();

  /** @param name the network's name in its run (`student`, `teacher`); part of the stream of its initial values */
  constructor(
    readonly name: string,
    readonly spec: NetworkSpec,
    initialisation: Initialisation,
  ) {
    this.trace = traceNetwork(spec);
    this.#initialisation = initialisation;
    for (const declaration of this.trace.parameters) this.#declare(declaration, true);
    for (const declaration of this.trace.statistics) this.#declare(declaration, false);
  }

  #declare({ name, shape }: TensorDeclaration, trainable: boolean): void {
    const initial = tf.tensor(this.initial(name), [...shape]);
    this.#variables.set(name, tf.variable(initial, trainable));
    initial.dispose();
  }

  /** The values with which a tensor began: a function of the seed, so they need not be kept. */
  initial(name: string): Float32Array {
    const declaration = this.declarations.find((each) => each.name === name);
    if (!declaration) throw new Error(`The network ${this.name} has no tensor ${name}.`);
    return initialValues(declaration, this.name, this.#initialisation);
  }

  /** Runs blocks of this network, named as in its spec, on any features that fit. @param scope `trunk` or a branch */
  runBlocks(scope: string, blocks: readonly Block[], input: tf.Tensor, mode: Mode): tf.Tensor {
    return blocks.reduce((x, block) => this.#run(block.layers, x, `${scope}/${block.name}`, mode), input);
  }

  /** The shared trunk. @param x [batch, ...input] */
  trunk(x: tf.Tensor, mode: Mode): tf.Tensor {
    return this.runBlocks('trunk', this.spec.trunk, x, mode);
  }

  /** One block, also as it is before the ReLU that ends it; the same twice where none does. */
  runBlock(
    scope: string,
    block: Block,
    input: tf.Tensor,
    mode: Mode,
  ): { readonly output: tf.Tensor; readonly beforeRelu: tf.Tensor } {
    const path = `${scope}/${block.name}`;
    const last = block.layers.at(-1);
    if (last?.kind !== 'relu' && last?.kind !== 'residual') {
      const output = this.#run(block.layers, input, path, mode);
      return { output, beforeRelu: output };
    }
    const before = block.layers.slice(0, -1);
    const x = this.#run(before, input, path, mode);
    const beforeRelu =
      last.kind === 'relu' ? x : this.#sum(last, x, layerPath(path, before.length, last), mode);
    return { output: relu(beforeRelu), beforeRelu };
  }

  /** One branch on trunk features. @throws when there is no such branch */
  branch(name: string, trunkFeatures: tf.Tensor, mode: Mode): BranchOutput {
    const branch = this.#branch(name);
    const features = this.runBlocks(name, branch.blocks, trunkFeatures, mode) as tf.Tensor2D;
    return { features, logits: this.runBlocks(name, [branch.head], features, mode) as tf.Tensor2D };
  }

  /** Every block's output on the way through the trunk and one branch, by `<scope>/<block>`, and the logits. */
  taps(
    branch: string,
    x: tf.Tensor,
    mode: Mode,
  ): { blocks: ReadonlyMap<string, tf.Tensor>; logits: tf.Tensor2D } {
    const { blocks: tail, head } = this.#branch(branch);
    const blocks = new Map<string, tf.Tensor>();
    const through = (scope: string, list: readonly Block[], from: tf.Tensor) =>
      list.reduce((features, block) => {
        const output = this.runBlocks(scope, [block], features, mode);
        blocks.set(`${scope}/${block.name}`, output);
        return output;
      }, from);
    const features = through(branch, tail, through('trunk', this.spec.trunk, x));
    return { blocks, logits: this.runBlocks(branch, [head], features, mode) as tf.Tensor2D };
  }

  /** A join's logits from its branches' features, in the order of its spec. */
  join(name: string, features: readonly tf.Tensor2D[], mode: Mode): tf.Tensor2D {
    const join = this.spec.joins.find((each) => each.name === name);
    if (!join) throw new Error(`The network ${this.name} has no join ${name}.`);
    return this.runBlocks(name, [join.head], concatFeatures([...features]), mode) as tf.Tensor2D;
  }

  /** Trainable parameters of the given scopes (`trunk`, branch and join names), or all. */
  parameters(scopes?: readonly string[]): Parameter[] {
    return this.trace.parameters
      .filter(({ name }) => !scopes || scopes.includes(name.slice(0, name.indexOf('/'))))
      .map(({ name }) => ({ network: this.name, name, variable: this.variable(name) }));
  }

  /** Every saved tensor: parameters, then running statistics, in the order of the spec. */
  get declarations(): readonly TensorDeclaration[] {
    return [...this.trace.parameters, ...this.trace.statistics];
  }

  /** The tensor behind a name of {@link declarations}. @throws when there is none */
  variable(name: string): tf.Variable {
    const variable = this.#variables.get(name);
    if (!variable) throw new Error(`The network ${this.name} has no tensor ${name}.`);
    return variable;
  }

  /** Takes over every value of a network of the same spec, running statistics included. */
  copyFrom(other: Network): void {
    tf.tidy(() => {
      for (const { name } of this.declarations) this.variable(name).assign(other.variable(name).clone());
    });
  }

  /** Replaces a tensor's values. @throws when the count does not fit its shape */
  set(name: string, values: Float32Array): void {
    const variable = this.variable(name);
    if (values.length !== variable.size)
      throw new Error(`${this.name}/${name} holds ${variable.size} values but is given ${values.length}.`);
    tf.tidy(() => {
      variable.assign(tf.tensor(values, variable.shape));
    });
  }

  /** Every value of {@link declarations}, one after the other: for swapping checkpoints, best weights, frozen clones. */
  async values(): Promise<Float32Array> {
    const parts = await Promise.all(
      this.declarations.map(({ name }) => this.variable(name).data<'float32'>()),
    );
    const all = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
    let offset = 0;
    for (const part of parts) {
      all.set(part, offset);
      offset += part.length;
    }
    return all;
  }

  /** Puts back what {@link values} gave. @throws when the count is not this network's */
  setValues(values: Float32Array): void {
    let offset = 0;
    for (const { name } of this.declarations) {
      const { size: count } = this.variable(name);
      this.set(name, values.subarray(offset, offset + count));
      offset += count;
    }
    if (offset !== values.length)
      throw new Error(`${this.name} holds ${offset} values but is given ${values.length}.`);
  }

  dispose(): void {
    for (const variable of this.#variables.values()) variable.dispose();
    this.#variables.clear();
  }

  #branch(name: string): Branch {
    const branch = this.spec.branches.find((each) => each.name === name);
    if (!branch) throw new Error(`The network ${this.name} has no branch ${name}.`);
    return branch;
  }

  #run(layers: readonly Layer[], input: tf.Tensor, path: string, mode: Mode): tf.Tensor {
    let x = input;
    for (let index = 0; index < layers.length; index++) {
      const layer = layers[index];
      if (!layer) break;
      const at = layerPath(path, index, layer);
      if (layer.kind === 'batchNorm') {
        // ReLU after batch norm is one fused operation on every backend.
        const fused = layers[index + 1]?.kind === 'relu';
        x = this.#batchNorm(x, at, mode, fused);
        if (fused) index++;
      } else x = this.#layer(layer, x, at, mode);
    }
    return x;
  }

  #layer(layer: Exclude<Layer, { kind: 'batchNorm' }>, x: tf.Tensor, at: string, mode: Mode): tf.Tensor {
    switch (layer.kind) {
      case 'conv': {
        const bias = layer.bias ? (this.variable(`${at}/bias`) as tf.Tensor as tf.Tensor1D) : null;
        const kernel = this.variable(`${at}/kernel`) as tf.Tensor as tf.Tensor4D;
        return conv2d(x as tf.Tensor4D, kernel, bias, layer);
      }
      case 'depthwise':
        return depthwiseConv2d(
          x as tf.Tensor4D,
          this.variable(`${at}/kernel`) as tf.Tensor as tf.Tensor4D,
          layer,
        );
      case 'dense':
        return dense(
          x as tf.Tensor2D,
          this.variable(`${at}/kernel`) as tf.Tensor as tf.Tensor2D,
          layer.bias === false ? null : (this.variable(`${at}/bias`) as tf.Tensor as tf.Tensor1D),
        );
      case 'relu':
        return relu(x);
      case 'tanh':
        return tf.tanh(x);
      case 'flatten':
        return tf.reshape(x, [-1, size(x.shape.slice(1))]);
      case 'globalAveragePool':
        return globalAveragePool(x as tf.Tensor4D);
      case 'maxPool':
        return maxPool(x as tf.Tensor4D, layer);
      case 'averagePool':
        return averagePool(x as tf.Tensor4D, layer);
      case 'zeroPad':
        return zeroPad(x as tf.Tensor4D, layer.padding);
      case 'upSample':
        return upSample(x as tf.Tensor4D, layer.factor);
      case 'channelShuffle':
        return channelShuffle(x as tf.Tensor4D, layer.groups);
      case 'concat': {
        const { paths } = layer;
        const parts = layer.split ? splitChannels(x, paths.length) : paths.map(() => x);
        return concatChannels(
          paths.map((path, index) => this.#run(path, parts[index] ?? x, `${at}/path${index + 1}`, mode)),
        );
      }
      case 'residual':
        return addRelu(...this.#paths(layer, x, at, mode));
      case 'sum':
        return this.#sum(layer, x, at, mode);
    }
  }

  #paths(layer: Summing, x: tf.Tensor, at: string, mode: Mode): [body: tf.Tensor, shortcut: tf.Tensor] {
    const body = this.#run(layer.body, x, `${at}/body`, mode);
    return [body, this.#run(layer.shortcut, x, `${at}/shortcut`, mode)];
  }

  #sum(layer: Summing, x: tf.Tensor, at: string, mode: Mode): tf.Tensor {
    return tf.add(...this.#paths(layer, x, at, mode));
  }

  #batchNorm(x: tf.Tensor, at: string, mode: Mode, fusedRelu: boolean): tf.Tensor {
    const weight = (name: string) => this.variable(`${at}/${name}`) as tf.Tensor as tf.Tensor1D;
    const options = { epsilon: BATCH_NORM.epsilon, relu: fusedRelu };
    const [mean, variance] = [this.variable(`${at}/moving_mean`), this.variable(`${at}/moving_variance`)];
    if (!mode.training)
      return batchNormInference(
        x as tf.Tensor4D,
        weight('gamma'),
        weight('beta'),
        weight('moving_mean'),
        weight('moving_variance'),
        options,
      );
    const normalised = batchNorm(x as tf.Tensor4D, weight('gamma'), weight('beta'), options);
    if (mode.updateStatistics)
      updateRunning(
        { mean, variance },
        normalised,
        x.size / (x.shape.at(-1) ?? 1),
        BATCH_NORM.momentum,
        // A batch that is not finite must not stay in the statistics for ever.
        allFinite([normalised.mean, normalised.variance]),
      );
    return normalised.y;
  }
}

function initialValues(
  { name, shape, initializer }: TensorDeclaration,
  network: string,
  { seed, streamName }: Initialisation,
): Float32Array {
  const count = size(shape);
  const stream = Stream.of(seed, `init/${network}/${streamName?.(name) ?? name}`);
  switch (initializer.kind) {
    case 'constant':
      return new Float32Array(count).fill(initializer.value);
    case 'normal':
      return stream.normals(count, initializer.deviation);
    case 'uniform':
      return stream.uniforms(count, initializer.limit);
  }
}
