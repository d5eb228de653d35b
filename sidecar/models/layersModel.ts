import { layerPath, traceLayers } from './shapes.spec.ts';
import type { Block, Layer, NetworkSpec, Shape } from './spec.ts';

/**
 * A network as a TF.js layers model, written as data: plain `tf.loadLayersModel` loads it. Batch norm becomes the
 * standard layer; symmetric padding that `same` would not give becomes a ZeroPadding2D layer.
 */
export interface LayersModel {
  /** Keras functional topology. */
  readonly topology: object;
  /** Layer-model weight names and the network tensors that fill them, in the manifest's order. */
  readonly weights: readonly { readonly name: string; readonly tensor: string; readonly shape: Shape }[];
  /** What each output is, in order: a branch or join name. */
  readonly outputs: readonly string[];
}

interface LayerConfig {
  readonly name: string;
  readonly class_name: string;
  readonly config: Record<string, unknown>;
  readonly inbound_nodes: unknown[];
}

const zeros = { class_name: 'Zeros', config: {} };

class Graph {
  readonly layers: LayerConfig[] = [];
  readonly weights: { name: string; tensor: string; shape: Shape }[] = [];

  add(
    className: string,
    name: string,
    inputs: readonly string[],
    config: Record<string, unknown> = {},
  ): string {
    this.layers.push({
      name,
      class_name: className,
      config: { name, trainable: true, ...config },
      inbound_nodes: inputs.length > 0 ? [inputs.map((input) => [input, 0, 0, {}])] : [],
    });
    return name;
  }

  weight(layer: string, path: string, weights: readonly string[], shapes: ReadonlyMap<string, Shape>): void {
    for (const weight of weights) {
      const tensor = `${path}/${weight}`;
      this.weights.push({ name: `${layer}/${weight}`, tensor, shape: shapes.get(tensor) ?? [] });
    }
  }

  run(layers: readonly Layer[], input: string, shape: Shape, path: string): { node: string; shape: Shape } {
    let node = input;
    let current = shape;
    layers.forEach((layer, index) => {
      const at = layerPath(path, index, layer);
      const trace = traceLayers([layer], current, path);
      // traceLayers numbers from 0; the declared names carry the layer's own index.
      const shapes = new Map(
        [...trace.parameters, ...trace.statistics].map((declaration) => [
          declaration.name.replace(layerPath(path, 0, layer), at),
          declaration.shape,
        ]),
      );
      node = this.#layer(layer, node, current, at, shapes);
      current = trace.output;
    });
    return { node, shape: current };
  }

  #layer(layer: Layer, input: string, shape: Shape, at: string, shapes: ReadonlyMap<string, Shape>): string {
    // Layer names are weight-name prefixes in TF.js, where a slash separates layer and weight.
    const name = at.replaceAll('/', '.');
    switch (layer.kind) {
      case 'conv': {
        const same = layer.stride === 1 && layer.padding * 2 === layer.kernel - 1;
        const from = same ? input : this.#pad(input, layer.padding, `${name}.pad`);
        this.add('Conv2D', name, [from], {
          filters: layer.filters,
          kernel_size: [layer.kernel, layer.kernel],
          strides: [layer.stride, layer.stride],
          padding: same ? 'same' : 'valid',
          data_format: 'channels_last',
          use_bias: layer.bias,
          kernel_initializer: zeros,
          activation: 'linear',
        });
        this.weight(name, at, layer.bias ? ['kernel', 'bias'] : ['kernel'], shapes);
        return name;
      }
      case 'depthwise':
        this.add('DepthwiseConv2D', name, [this.#pad(input, layer.padding, `${name}.pad`)], {
          kernel_size: [layer.kernel, layer.kernel],
          strides: [layer.stride, layer.stride],
          padding: 'valid',
          depth_multiplier: 1,
          data_format: 'channels_last',
          use_bias: false,
          depthwise_initializer: zeros,
          activation: 'linear',
        });
        this.#depthwise(name, at, shapes);
        return name;
      case 'dense':
        this.add('Dense', name, [input], {
          units: layer.units,
          use_bias: layer.bias !== false,
          kernel_initializer: zeros,
          activation: 'linear',
        });
        this.weight(name, at, layer.bias === false ? ['kernel'] : ['kernel', 'bias'], shapes);
        return name;
      case 'batchNorm':
        this.add('BatchNormalization', name, [input], { axis: -1, momentum: 0.9, epsilon: 1e-5 });
        this.weight(name, at, ['gamma', 'beta', 'moving_mean', 'moving_variance'], shapes);
        return name;
      case 'relu':
        return this.add('Activation', name, [input], { activation: 'relu' });
      case 'tanh':
        return this.add('Activation', name, [input], { activation: 'tanh' });
      case 'flatten':
        return this.add('Flatten', name, [input]);
      case 'globalAveragePool':
        return this.add('GlobalAveragePooling2D', name, [input], { data_format: 'channels_last' });
      case 'maxPool':
      case 'averagePool':
        return this.add(layer.kind === 'maxPool' ? 'MaxPooling2D' : 'AveragePooling2D', name, [input], {
          pool_size: [layer.size, layer.size],
          strides: [layer.stride, layer.stride],
          padding: 'valid',
          data_format: 'channels_last',
        });
      case 'zeroPad':
        return this.#pad(input, layer.padding, name);
      case 'upSample':
        return this.add('UpSampling2D', name, [input], {
          size: [layer.factor, layer.factor],
          data_format: 'channels_last',
          interpolation: 'nearest',
        });
      case 'channelShuffle': {
        const [height = 0, width = 0, channels = 0] = shape;
        const grouped = [height, width, layer.groups, channels / layer.groups];
        this.add('Reshape', `${name}.groups`, [input], { target_shape: grouped });
        this.add('Permute', `${name}.exchange`, [`${name}.groups`], { dims: [1, 2, 4, 3] });
        return this.add('Reshape', name, [`${name}.exchange`], { target_shape: [...shape] });
      }
      case 'concat': {
        const channels = (shape.at(-1) ?? 0) / layer.paths.length;
        const given = layer.split ? [...shape.slice(0, -1), channels] : shape;
        const paths = layer.paths.map((path, index) => {
          const place = `${name}.path${index + 1}`;
          const from = layer.split ? this.#channels(input, shape, index * channels, channels, place) : input;
          return this.run(path, from, given, `${at}/path${index + 1}`).node;
        });
        return this.add('Concatenate', name, paths, { axis: -1 });
      }
      case 'residual':
      case 'sum': {
        const body = this.run(layer.body, input, shape, `${at}/body`);
        const shortcut = this.run(layer.shortcut, input, shape, `${at}/shortcut`);
        const sum = layer.kind === 'sum' ? name : `${name}.add`;
        this.add('Add', sum, [body.node, shortcut.node]);
        return layer.kind === 'sum' ? sum : this.add('Activation', name, [sum], { activation: 'relu' });
      }
    }
  }

  #pad(input: string, padding: number, name: string): string {
    if (padding === 0) return input;
    return this.add('ZeroPadding2D', name, [input], {
      padding: [
        [padding, padding],
        [padding, padding],
      ],
      data_format: 'channels_last',
    });
  }

  /** The layers library calls it by another name than a convolution's. */
  #depthwise(layer: string, path: string, shapes: ReadonlyMap<string, Shape>): void {
    const tensor = `${path}/kernel`;
    this.weights.push({ name: `${layer}/depthwise_kernel`, tensor, shape: shapes.get(tensor) ?? [] });
  }

  /** Some of an image's channels. The layers library crops space alone, so channels take the place of a side. */
  #channels(input: string, shape: Shape, from: number, count: number, name: string): string {
    const after = (shape.at(-1) ?? 0) - from - count;
    this.add('Permute', `${name}.turn`, [input], { dims: [1, 3, 2] });
    this.add('Cropping2D', `${name}.crop`, [`${name}.turn`], {
      cropping: [
        [0, 0],
        [from, after],
      ],
      data_format: 'channels_last',
    });
    return this.add('Permute', `${name}.turnBack`, [`${name}.crop`], { dims: [1, 3, 2] });
  }
}

/**
 * @param keep branch and join names to give as outputs; others are left out, as is the trunk's duplicate work.
 * A join keeps the branches that it reads.
 */
export function layersModel(spec: NetworkSpec, keep: readonly string[]): LayersModel {
  const graph = new Graph();
  const input = graph.add('InputLayer', 'input', [], {
    batch_input_shape: [null, ...spec.input],
    dtype: 'float32',
    sparse: false,
  });
  const blocks = (list: readonly Block[], from: { node: string; shape: Shape }, scope: string) =>
    list.reduce((at, block) => graph.run(block.layers, at.node, at.shape, `${scope}/${block.name}`), from);

  const joins = spec.joins.filter((join) => keep.includes(join.name));
  const trunk = blocks(spec.trunk, { node: input, shape: spec.input }, 'trunk');
  const features = new Map<string, { node: string; shape: Shape }>();
  const outputs = new Map<string, string>();
  for (const branch of spec.branches) {
    const asked = keep.includes(branch.name);
    if (!asked && !joins.some((join) => join.from.includes(branch.name))) continue;
    const vector = blocks(branch.blocks, trunk, branch.name);
    features.set(branch.name, vector);
    if (asked) outputs.set(branch.name, blocks([branch.head], vector, branch.name).node);
  }
  for (const join of joins) {
    const parts = join.from.map((name) => features.get(name) ?? { node: input, shape: [0] });
    const node = graph.add(
      'Concatenate',
      `${join.name}.concat`,
      parts.map((part) => part.node),
      { axis: -1 },
    );
    const width = parts.reduce((total, part) => total + (part.shape[0] ?? 0), 0);
    outputs.set(join.name, blocks([join.head], { node, shape: [width] }, join.name).node);
  }
  return {
    topology: {
      class_name: 'Model',
      config: {
        name: spec.family,
        layers: graph.layers,
        input_layers: [[input, 0, 0]],
        output_layers: [...outputs.values()].map((node) => [node, 0, 0]),
      },
      keras_version: 'tfjs-layers 4.22.0',
      backend: 'tensor_flow.js',
    },
    weights: graph.weights,
    outputs: [...outputs.keys()],
  };
}
