import { trialBy } from '../backends/doctor.ts';
import { prepareBackend } from '../backends/prepare.ts';
import type { BackendChoice } from '../backends/options.ts';
import type { PreparedBackend } from '../backends/prepared.ts';
import type { ResolvedExperiment } from '../config/load.ts';
import type { Dataset } from '../datasets/dataset.ts';
import { openDataset, type OpenOptions } from '../datasets/registry.ts';
import { Sampler, type SamplerOptions } from '../datasets/sampler.ts';
import { algorithmOf } from '../methods/registry.ts';
import type { Training } from '../methods/training.ts';
import { backbone } from '../models/registry.spec.ts';
import { Stream } from '../random/stream.ts';

/** An experiment brought to life: backend, data and the method's networks, not yet restored. */
export interface Session {
  readonly backend: PreparedBackend;
  readonly dataset: Dataset;
  readonly sampler: Sampler;
  readonly training: Training;
}

export const samplerOptions = ({ experiment, plan }: ResolvedExperiment): SamplerOptions => ({
  seed: experiment.training.seed,
  batchSize: experiment.training.batchSize,
  validation: plan.splits.validation,
  epochSteps: experiment.training.epochSteps,
  views: experiment.views,
});

/**
 * @param backend what to ask for; a resumed run asks for the one it began with
 * @param how cancelling, and hearing of, what reading the data takes
 */
export async function openSession(
  resolved: ResolvedExperiment,
  backend: BackendChoice,
  env: NodeJS.ProcessEnv,
  how: OpenOptions = {},
): Promise<Session> {
  const { dataset: options, training } = resolved.experiment;
  const [prepared, dataset] = await Promise.all([
    openBackend(backend, env),
    openDataset(options, training.seed, how),
  ]);
  return {
    backend: prepared,
    dataset,
    sampler: new Sampler(dataset, samplerOptions(resolved)),
    training: trainingOf(resolved),
  };
}

/** A backend of this process; those that may crash it are tried elsewhere first. */
export const openBackend = (choice: BackendChoice, env: NodeJS.ProcessEnv): Promise<PreparedBackend> =>
  prepareBackend(choice, { env, trial: trialBy(new URL('./probe.js', import.meta.url)) });

/** The method's networks with their initial values, on the backend that is active. */
export function trainingOf({ experiment, plan }: ResolvedExperiment): Training {
  const { seed } = experiment.training;
  return algorithmOf(experiment.method)({
    options: experiment.method,
    seed,
    input: plan.data.shape,
    classes: plan.data.classes,
    stages: plan.stages,
    modelNames: [...plan.models.keys()],
    backbone: (name) => {
      const options = plan.models.get(name);
      if (!options) throw new Error(`The experiment has no model ${name}.`);
      return backbone(options, plan.data.shape, plan.data.classes);
    },
    rng: (stream) => Stream.of(seed, `method/${stream}`),
  });
}
