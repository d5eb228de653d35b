import type { Block, Layer, NetworkSpec, Shape } from './spec.ts';

/** How a parameter is drawn. Linear and convolution rules: dkel.md §2.3. */
export type Initializer =
  | { readonly kind: 'normal'; readonly deviation: number }
  | { readonly kind: 'uniform'; readonly limit: number }
  | { readonly kind: 'constant'; readonly value: number };

export interface TensorDeclaration {
  /** `<scope>/<block>/<index>.<layer>/<weight>`; unique in its network. */
  readonly name: string;
  readonly shape: Shape;
  readonly initializer: Initializer;
}

export interface Trace {
  readonly output: Shape;
  readonly parameters: readonly TensorDeclaration[];
  /** Batch-norm running statistics: saved, never trained, not counted as parameters. */
  readonly statistics: readonly TensorDeclaration[];
  /** Multiply–adds of one sample's forward pass. */
  readonly multiplyAdds: number;
  /** Floats that one sample's forward pass leaves for the backward pass. */
  readonly activations: number;
}

export const size = (shape: Shape): number => shape.reduce((product, extent) => product * extent, 1);
const constant = (value: number): Initializer => ({ kind: 'constant', value });

/** The name of layer `index` inside `path`; parameters and exported layers are called by it. */
export const layerPath = (path: string, index: number, layer: Layer): string =>
  `${path}/${index}.${layer.kind}`;

function image(shape: Shape, path: string): readonly [number, number, number] {
  const [height, width, channels] = shape;
  if (height === undefined || width === undefined || channels === undefined)
    throw new Error(`${path} needs [height, width, channels] but gets [${shape.join(', ')}].`);
  return [height, width, channels];
}

function pooled(extent: number, window: number, stride: number, padding: number, path: string): number {
  const output = Math.floor((extent + 2 * padding - window) / stride) + 1;
  if (output < 1)
    throw new Error(
      `${path}: a window of ${window} does not fit into ${extent} with padding ${padding}. Use a larger input.`,
    );
  return output;
}

const nothing = { parameters: [], statistics: [], multiplyAdds: 0 } as const;

function traceLayer(layer: Layer, input: Shape, path: string): Trace {
  switch (layer.kind) {
    case 'conv': {
      const [height, width, channels] = image(input, path);
      const { kernel, stride, padding, filters } = layer;
      const output = [
        pooled(height, kernel, stride, padding, path),
        pooled(width, kernel, stride, padding, path),
        filters,
      ];
      const deviation = Math.sqrt(2 / (kernel * kernel * filters));
      return {
        ...nothing,
        output,
        parameters: [
          {
            name: `${path}/kernel`,
            shape: [kernel, kernel, channels, filters],
            initializer: { kind: 'normal', deviation },
          },
          ...(layer.bias ? [{ name: `${path}/bias`, shape: [filters], initializer: constant(0) }] : []),
        ],
        multiplyAdds: size(output) * kernel * kernel * channels,
        activations: size(output),
      };
    }
    case 'dense': {
      const [features, ...rest] = input;
      if (features === undefined || rest.length > 0)
        throw new Error(
          `${path} needs a feature vector but gets [${input.join(', ')}]. Flatten or pool first.`,
        );
      const initializer: Initializer = { kind: 'uniform', limit: 1 / Math.sqrt(features) };
      return {
        ...nothing,
        output: [layer.units],
        parameters: [
          { name: `${path}/kernel`, shape: [features, layer.units], initializer },
          { name: `${path}/bias`, shape: [layer.units], initializer },
        ],
        multiplyAdds: features * layer.units,
        activations: layer.units,
      };
    }
    case 'batchNorm': {
      const shape = [input.at(-1) ?? 0];
      const declare = (weight: string, value: number): TensorDeclaration => ({
        name: `${path}/${weight}`,
        shape,
        initializer: constant(value),
      });
      return {
        ...nothing,
        output: input,
        parameters: [declare('gamma', 1), declare('beta', 0)],
        statistics: [declare('moving_mean', 0), declare('moving_variance', 1)],
        activations: size(input),
      };
    }
    case 'relu':
    case 'tanh':
      return { ...nothing, output: input, activations: size(input) };
    case 'flatten':
      return { ...nothing, output: [size(input)], activations: 0 };
    case 'globalAveragePool':
      return { ...nothing, output: [image(input, path)[2]], activations: 0 };
    case 'maxPool':
    case 'averagePool': {
      const [height, width, channels] = image(input, path);
      const output = [
        pooled(height, layer.size, layer.stride, 0, path),
        pooled(width, layer.size, layer.stride, 0, path),
        channels,
      ];
      return { ...nothing, output, activations: size(output) };
    }
    case 'residual': {
      const body = traceLayers(layer.body, input, `${path}/body`);
      const shortcut = traceLayers(layer.shortcut, input, `${path}/shortcut`);
      if (body.output.join() !== shortcut.output.join())
        throw new Error(
          `${path}: the body gives [${body.output.join(', ')}], the shortcut [${shortcut.output.join(', ')}].`,
        );
      return join(body.output, [body, shortcut], size(body.output));
    }
  }
}

function join(output: Shape, parts: readonly Trace[], extraActivations = 0): Trace {
  const sum = (pick: (part: Trace) => number) => parts.reduce((total, part) => total + pick(part), 0);
  return {
    output,
    parameters: parts.flatMap((part) => part.parameters),
    statistics: parts.flatMap((part) => part.statistics),
    multiplyAdds: sum((part) => part.multiplyAdds),
    activations: extraActivations + sum((part) => part.activations),
  };
}

/** Shapes, parameters and cost of layers run in order on `input`. @throws when a layer does not fit its input */
export function traceLayers(layers: readonly Layer[], input: Shape, path: string): Trace {
  const traces: Trace[] = [];
  let shape = input;
  layers.forEach((layer, index) => {
    const trace = traceLayer(layer, shape, layerPath(path, index, layer));
    traces.push(trace);
    shape = trace.output;
  });
  return join(shape, traces);
}

/** Like {@link traceLayers}, over blocks; the path of a block is `<scope>/<block>`. */
export function traceBlocks(blocks: readonly Block[], input: Shape, scope: string): Trace {
  const traces: Trace[] = [];
  let shape = input;
  for (const block of blocks) {
    const trace = traceLayers(block.layers, shape, `${scope}/${block.name}`);
    traces.push(trace);
    shape = trace.output;
  }
  return join(shape, traces);
}

export interface NetworkTrace extends Trace {
  readonly trunk: Trace;
  /** By branch name; `features` is the length of the vector that enters the head. */
  readonly branches: ReadonlyMap<string, { readonly whole: Trace; readonly features: number }>;
  readonly joins: ReadonlyMap<string, Trace>;
}

/** Everything static about a network. @throws when a block does not fit its input */
export function traceNetwork(spec: NetworkSpec): NetworkTrace {
  const trunk = traceBlocks(spec.trunk, spec.input, 'trunk');
  const branches = new Map(
    spec.branches.map((branch) => {
      const blocks = traceBlocks(branch.blocks, trunk.output, branch.name);
      const head = traceBlocks([branch.head], blocks.output, branch.name);
      return [branch.name, { whole: join(head.output, [blocks, head]), features: size(blocks.output) }];
    }),
  );
  const joins = new Map(
    spec.joins.map((each) => {
      const features = each.from.reduce((total, name) => {
        const branch = branches.get(name);
        if (!branch) throw new Error(`The join ${each.name} reads the branch ${name}, which does not exist.`);
        return total + branch.features;
      }, 0);
      return [each.name, traceBlocks([each.head], [features], each.name)];
    }),
  );
  const all = [trunk, ...[...branches.values()].map((branch) => branch.whole), ...joins.values()];
  return { ...join(trunk.output, all), trunk, branches, joins };
}

export const parameterCount = (trace: Trace): number =>
  trace.parameters.reduce((total, parameter) => total + size(parameter.shape), 0);
