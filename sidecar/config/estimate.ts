import type { NetworkUse } from '../methods/declaration.ts';
import { backbone, type ModelOptions } from '../models/registry.spec.ts';
import { parameterCount, size, traceNetwork, type NetworkTrace } from '../models/shapes.spec.ts';
import { plain, type Backbone, type Shape } from '../models/spec.ts';
import type { OptimizerOptions } from '../schedules/stage.ts';
import type { Experiment } from './experiment.ts';
import { modelOf, type Plan } from './plan.ts';

const FLOAT_BYTES = 4;

/** What an experiment will need, from the specs of its networks alone. */
export interface Estimate {
  /** Trainable scalars of each model that the method reads, as one network with one head: what is exported. */
  readonly models: ReadonlyMap<string, number>;
  /** Trainable scalars of each network of the run. */
  readonly networks: ReadonlyMap<string, number>;
  /** Of the tensors alive at the end of a forward pass in training; the backend's own needs come on top. */
  readonly bytes: number;
  /** Multiply–adds of all steps of the main stage: a pass forward, and twice that backward where it is trained. */
  readonly multiplyAdds: number;
}

/** Trainable scalars of a backbone with one head. @throws when it cannot read the samples */
export function modelParameters(options: ModelOptions, { shape, classes }: Plan['data']): number {
  return parameterCount(traceNetwork(plain(backbone(options, shape, classes), shape)));
}

/** Values that an optimiser keeps per parameter. */
function slots(optimizer: OptimizerOptions): number {
  switch (optimizer.name) {
    case 'sgd':
      return optimizer.momentum > 0 ? 1 : 0;
    case 'adam':
    case 'adamw':
      return 2;
  }
}

/** Floats that the passes of one step over one sample leave. */
function activations({ trunk, branches, joins }: NetworkTrace, passes: number): number {
  const heads = [...[...branches.values()].map(({ whole }) => whole), ...joins.values()];
  return passes * trunk.activations + heads.reduce((sum, head) => sum + head.activations, 0);
}

/** Of the passes of one step over one sample, forward. */
function multiplyAdds({ trunk, branches, joins }: NetworkTrace, passes: number): number {
  const heads = [...[...branches.values()].map(({ whole }) => whole), ...joins.values()];
  return passes * trunk.multiplyAdds + heads.reduce((sum, head) => sum + head.multiplyAdds, 0);
}

/**
 * Parameters and memory: weights, their gradients and optimiser slots where they are trained, running statistics, the
 * batch in all its views and the activations that wait for the backward pass. Null where a model does not fit.
 */
export function estimateOf(experiment: Experiment, plan: Plan): Estimate | null {
  const { shape, classes } = plan.data;
  const optimizer = plan.stages.at(-1)?.optimizer ?? experiment.optimizer;
  try {
    const backbones = new Map(
      [...plan.models].flatMap(([name, options]) =>
        options ? [[name, backbone(options, shape, classes)] as const] : [],
      ),
    );
    const build = (name: string, input: Shape, outputs: number): Backbone =>
      backbone(modelOf(plan, name), input, outputs);
    const uses: readonly NetworkUse[] =
      plan.declaration.networks?.(experiment.method, backbones, shape, classes, build) ??
      [...backbones].map(([name, each]) => ({ name, spec: plain(each, shape), trained: true, passes: 1 }));
    const networks = new Map<string, number>();
    let floats = 0;
    let perSample = 0;
    for (const { name, spec, trained, passes } of uses) {
      const trace = traceNetwork(spec);
      const parameters = parameterCount(trace);
      networks.set(name, parameters);
      floats += parameters * (trained ? 2 + slots(optimizer) : 1);
      floats += trace.statistics.reduce((sum, each) => sum + size(each.shape), 0);
      floats += activations(trace, passes) * experiment.training.batchSize;
      perSample += multiplyAdds(trace, passes) * (trained ? 3 : 1);
    }
    const views = Math.max(0, ...uses.map(({ passes }) => passes));
    floats += views * size(shape) * experiment.training.batchSize;
    const models = new Map(
      [...plan.models].flatMap(([name, options]) =>
        options ? [[name, modelParameters(options, plan.data)] as const] : [],
      ),
    );
    const steps = plan.stages.at(-1)?.steps ?? 0;
    return {
      models,
      networks,
      bytes: floats * FLOAT_BYTES,
      multiplyAdds: perSample * experiment.training.batchSize * steps,
    };
  } catch {
    // The rule modelUnfit says which model and why.
    return null;
  }
}
