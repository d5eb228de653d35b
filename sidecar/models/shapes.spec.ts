import { constant, denseStart, he, type Initializer } from './initialValues.spec.ts';
import type { Block, Layer, NetworkSpec, Shape } from './spec.ts';

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
      return {
        ...nothing,
        output,
        parameters: [
          {
            name: `${path}/kernel`,
            shape: [kernel, kernel, channels, filters],
            initializer: he(kernel * kernel * (layer.fan === 'in' ? channels : filters)),
          },
          ...(layer.bias ? [{ name: `${path}/bias`, shape: [filters], initializer: constant(0) }] : []),
        ],
        multiplyAdds: size(output) * kernel * kernel * channels,
        activations: size(output),
      };
    }
    case 'depthwise': {
      const [height, width, channels] = image(input, path);
      const { kernel, stride, padding } = layer;
      const output = [
        pooled(height, kernel, stride, padding, path),
        pooled(width, kernel, stride, padding, path),
        channels,
      ];
      return {
        ...nothing,
        output,
        parameters: [
          {
            name: `${path}/kernel`,
            shape: [kernel, kernel, channels, 1],
            initializer: he(kernel * kernel),
          },
        ],
        multiplyAdds: size(output) * kernel * kernel,
        activations: size(output),
      };
    }
    case 'dense': {
      const [features, ...rest] = input;
      if (features === undefined || rest.length > 0)
        throw new Error(
          `${path} needs a feature vector but gets [${input.join(', ')}]. Flatten or pool first.`,
        );
      const start = denseStart(layer, features);
      return {
        ...nothing,
        output: [layer.units],
        parameters: [
          { name: `${path}/kernel`, shape: [features, layer.units], initializer: start.kernel },
          ...(layer.bias === false
            ? []
            : [{ name: `${path}/bias`, shape: [layer.units], initializer: start.bias }]),
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
    case 'zeroPad': {
      const [height, width, channels] = image(input, path);
      const output = [height + 2 * layer.padding, width + 2 * layer.padding, channels];
      return { ...nothing, output, activations: size(output) };
    }
    case 'upSample': {
      const [height, width, channels] = image(input, path);
      const output = [height * layer.factor, width * layer.factor, channels];
      return { ...nothing, output, activations: size(output) };
    }
    case 'channelShuffle':
      share(input, layer.groups, path);
      return { ...nothing, output: input, activations: size(input) };
    case 'concat':
      return traceConcat(layer, input, path);
    case 'residual':
    case 'sum': {
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

/** Channels of one of `parts` equal parts. @throws when they are not equal */
function share(input: Shape, parts: number, path: string): number {
  const channels = input.at(-1) ?? 0;
  if (channels % parts !== 0)
    throw new Error(`${path}: ${channels} channels cannot be split into ${parts} equal parts.`);
  return channels / parts;
}

function traceConcat({ split, paths }: Layer & { kind: 'concat' }, input: Shape, path: string): Trace {
  const given = split ? [...input.slice(0, -1), share(input, paths.length, path)] : input;
  const traces = paths.map((layers, index) => traceLayers(layers, given, `${path}/path${index + 1}`));
  const extents = traces.map(({ output }) => output.slice(0, -1).join('×'));
  if (new Set(extents).size > 1)
    throw new Error(`${path}: the paths give images of ${extents.join(' and ')}, which do not fit together.`);
  const channels = traces.reduce((total, { output }) => total + (output.at(-1) ?? 0), 0);
  const output = [...(traces[0]?.output.slice(0, -1) ?? []), channels];
  return join(output, traces, size(output));
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
