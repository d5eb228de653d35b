import type { NamedWeights } from '../analysis/comparison/weightDistance.ts';
import { layersModel } from '../models/layersModel.ts';
import type { Network } from '../models/network.ts';
import { size, traceBlocks } from '../models/shapes.spec.ts';
import { relativeName, scopesOf, type Path } from './passes.ts';

const BYTES_PER_VALUE = 4;

/** Trainable tensors of a path, by relative name; heads of branches that only feed a join are none of them. */
export async function weightsOf(network: Network, path: Path): Promise<NamedWeights[]> {
  const exported = exportedTensors(network, path);
  const own = network.parameters(scopesOf(network, path)).filter(({ name }) => exported.has(name));
  return Promise.all(
    own.map(async ({ name, variable }) => ({
      name: relativeName(network, path, name),
      shape: variable.shape,
      // Some backends lend their memory.
      values: Float32Array.from(await variable.data<'float32'>()),
    })),
  );
}

export interface NetworkSize {
  /** Trainable numbers. */
  readonly parameters: number;
  /** Of the exported weights, running statistics included. */
  readonly bytes: number;
  /** Multiply–adds of one sample's forward pass. */
  readonly multiplyAdds: number;
}

/** Of a path alone, as it would be exported. */
export function sizeOf(network: Network, path: Path): NetworkSize {
  const exported = exportedTensors(network, path);
  const values = [...exported.values()].reduce((total, count) => total + count, 0);
  const statistics = network.trace.statistics.reduce(
    (total, { name, shape }) => total + (exported.has(name) ? size(shape) : 0),
    0,
  );
  return {
    parameters: values - statistics,
    bytes: values * BYTES_PER_VALUE,
    multiplyAdds: multiplyAddsOf(network, path),
  };
}

/** Numbers in each tensor that an export of the path would hold. */
const exportedTensors = ({ spec }: Network, { output }: Path): Map<string, number> =>
  new Map(layersModel(spec, [output]).weights.map(({ tensor, shape }) => [tensor, size(shape)]));

function multiplyAddsOf({ spec, trace }: Network, { output }: Path): number {
  const join = spec.joins.find(({ name }) => name === output);
  if (!join) return trace.trunk.multiplyAdds + (trace.branches.get(output)?.whole.multiplyAdds ?? 0);
  const branches = spec.branches
    .filter(({ name }) => join.from.includes(name))
    .map(({ name, blocks }) => traceBlocks(blocks, trace.trunk.output, name).multiplyAdds);
  return branches.reduce(
    (total, each) => total + each,
    trace.trunk.multiplyAdds + (trace.joins.get(output)?.multiplyAdds ?? 0),
  );
}
