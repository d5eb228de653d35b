import type { Tensor } from '@tensorflow/tfjs-core';
import type { ClassificationMetrics } from '../analysis/classification.ts';
import type { Representation } from '../analysis/comparison/cka.ts';
import type { NamedWeights } from '../analysis/comparison/weightDistance.ts';
import type { Role } from '../methods/training.ts';
import { readCheckpoint } from '../store/checkpoints.ts';
import { StoreError } from '../store/errors.ts';
import { bestAmong, bestRole } from '../trainer/bestRole.ts';
import { restoreNetworks } from '../trainer/checkpointCodec.ts';
import { evaluate, type EvaluatedSplit, type EvaluationResult } from '../trainer/evaluation.ts';
import { trainingOf } from '../trainer/session.ts';
import type { Candidate } from './candidate.ts';
import { nameOf } from './comparable.ts';
import { representationsOf } from './features.ts';
import { latencyOf, type Latency } from './latency.ts';
import type { Path } from './passes.ts';
import type { Progress } from './progress.ts';
import { refusal } from './refusal.ts';
import { sizeOf, weightsOf, type NetworkSize } from './weights.ts';

/** Everything about one subject that needed tensors, as plain numbers. */
export interface Measured {
  readonly role: string;
  readonly kind: Role['kind'];
  readonly metrics: ClassificationMetrics;
  /** Row-major [samples, classes]. */
  readonly logits: Float32Array;
  readonly labels: Int32Array;
  /** Null where the role is no path through one network. */
  readonly network: MeasuredNetwork | null;
}

export interface MeasuredNetwork extends NetworkSize {
  readonly path: Path;
  readonly latency: readonly Latency[];
  readonly weights: readonly NamedWeights[];
  /** By block, from input to logits. */
  readonly representations: ReadonlyMap<string, Representation>;
}

export interface Measuring {
  readonly split: EvaluatedSplit;
  /** Fewer of them, for CKA. */
  readonly some: EvaluatedSplit;
  readonly batchSize: number;
  readonly progress: Progress;
}

/**
 * Brings a checkpoint's networks to life, measures the roles asked for, and lets them go.
 * @param asked roles in the order of the candidate's subjects; `best` is found
 */
export async function measure(
  candidate: Candidate,
  asked: readonly string[],
  { split, some, batchSize, progress }: Measuring,
): Promise<Measured[]> {
  const training = trainingOf(candidate.resolved);
  const { evaluation, networks } = training;
  try {
    if (evaluation.kind === 'custom')
      throw refusal(
        `${nameOf(candidate)} does not classify: it has no answers to compare.`,
        'Choose a run of another method.',
      );
    for (const name of asked) if (name !== 'best') assertRole(candidate, name, training.roles);
    restoreNetworks(training, await filesOf(candidate));
    // Of the roles alone; how different they are is measured here in other ways.
    const { kind, best } = evaluation;
    const answering = { kind, best, predict: (x: Tensor) => evaluation.predict(x, null) };
    const result = await evaluate(answering, split, batchSize, null, () => progress.step('answers'));
    const ownSplit = samePlaces(candidate.sampler.validation, split.samples);
    const measured: Measured[] = [];
    for (const name of asked) {
      const { dataset, sampler } = candidate;
      const id =
        name !== 'best'
          ? name
          : ownSplit
            ? bestAmong(evaluation, result.metrics)
            : await bestRole(
                { training, data: { dataset, sampler } },
                candidate.located.record.headline,
                () => progress.step('answers'),
              );
      const role = assertRole(candidate, id, training.roles);
      const network = role.path && networks[role.path.network];
      measured.push({
        ...answersOf(candidate, role, result),
        network:
          role.path && network
            ? {
                path: role.path,
                ...sizeOf(network, role.path),
                weights: await weightsOf(network, role.path),
                representations: await representationsOf(network, role.path, some),
                latency: [
                  await latencyOf(network, role.path, split, 1),
                  await latencyOf(network, role.path, split, batchSize),
                ],
              }
            : null,
      });
      await progress.step('networks');
    }
    return measured;
  } finally {
    for (const network of Object.values(networks)) network.dispose();
  }
}

function answersOf(
  candidate: Candidate,
  { id, kind }: Role,
  { metrics, logits, labels }: EvaluationResult,
): Omit<Measured, 'network'> {
  const [own, values] = [metrics[id], logits[id]];
  if (!own || !values) throw new Error(`${nameOf(candidate)} gives no logits for its role ${id}.`);
  return { role: id, kind, metrics: own, logits: values, labels };
}

async function filesOf(candidate: Candidate) {
  try {
    return await readCheckpoint(candidate.located.checkpoint);
  } catch (error) {
    if (error instanceof StoreError) throw refusal(error.message, 'Choose another checkpoint of this run.');
    throw error;
  }
}

function assertRole(candidate: Candidate, id: string, roles: readonly Role[]): Role {
  const role = roles.find((each) => each.id === id);
  if (role) return role;
  throw refusal(
    `${candidate.located.record.id} has no role ${id}.`,
    `Choose best or one of ${roles.map((each) => each.id).join(', ')}.`,
  );
}

const samePlaces = (a: ArrayLike<number>, b: ArrayLike<number>): boolean =>
  a.length === b.length && Array.prototype.every.call(a, (place, index) => place === b[index]);
