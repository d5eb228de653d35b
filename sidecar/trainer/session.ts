import { trialBy } from '../backends/doctor.ts';
import { prepareBackend } from '../backends/prepare.ts';
import type { BackendChoice } from '../backends/options.ts';
import type { PreparedBackend } from '../backends/prepared.ts';
import type { ResolvedExperiment } from '../config/load.ts';
import { modelOf } from '../config/plan.ts';
import type { Dataset } from '../datasets/dataset.ts';
import { openDataset, type OpenOptions } from '../datasets/registry.ts';
import { Sampler, type SamplerOptions } from '../datasets/sampler.ts';
import { algorithmOf } from '../methods/registry.ts';
import type { Training } from '../methods/training.ts';
import { backbone } from '../models/registry.spec.ts';
import { Stream } from '../random/stream.ts';
import { sha256 } from '../store/sha256.ts';

/** An opened data set and who draws from it. */
export interface SessionData {
  readonly dataset: Dataset;
  readonly sampler: Sampler;
}

/** An experiment brought to life: backend, data and the method's networks, not yet restored. */
export interface Session {
  readonly backend: PreparedBackend;
  /** null where the method acts in an environment. */
  readonly data: SessionData | null;
  /** SHA-256 of what is learnt from: the data set's content, or what the environment is. */
  readonly digest: string;
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
  const { experiment } = resolved;
  const [prepared, data] = await Promise.all([openBackend(backend, env), openData(resolved, how)]);
  return {
    backend: prepared,
    data,
    digest: data?.dataset.digest ?? sha256(JSON.stringify(experiment.environment)),
    training: trainingOf(resolved),
  };
}

async function openData(resolved: ResolvedExperiment, how: OpenOptions): Promise<SessionData | null> {
  const { dataset: options, training } = resolved.experiment;
  if (!options) return null;
  const dataset = await openDataset(options, training.seed, how);
  return { dataset, sampler: new Sampler(dataset, samplerOptions(resolved)) };
}

/** A backend of this process; those that may crash it are tried elsewhere first. */
export const openBackend = (choice: BackendChoice, env: NodeJS.ProcessEnv): Promise<PreparedBackend> =>
  prepareBackend(choice, { env, trial: trialBy(new URL('./probe.js', import.meta.url)) });

/** The method's networks with their initial values, on the backend that is active. */
export function trainingOf({ experiment, plan }: ResolvedExperiment): Training {
  const { seed, batchSize } = experiment.training;
  const { environment } = experiment;
  const { shape, classes } = plan.data;
  return algorithmOf(experiment.method)({
    options: experiment.method,
    seed,
    input: shape,
    classes,
    trainSamples: plan.data.train,
    ...(environment ? { acting: { environment, batchSize } } : {}),
    stages: plan.stages,
    modelNames: [...plan.models.keys()],
    backbone: (name, input = shape, outputs = classes) => backbone(modelOf(plan, name), input, outputs),
    rng: (stream) => Stream.of(seed, `method/${stream}`),
  });
}
