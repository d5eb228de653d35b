import { isDeepStrictEqual } from 'node:util';
import { stringify } from 'yaml';
import { experimentSchema } from './experiment.ts';
import type { ResolvedExperiment } from './load.ts';
import { positionAt } from './plan.ts';
import { inSchemaOrder } from './schemaWalk.ts';
import { onlyStages, statedStages } from './statedStages.ts';

/**
 * What a run really ran, as the text of a new experiment. A resolved file decides length, optimiser and schedule in its
 * stages; what follows from the rest anyway is left out there, so that an override such as `training.epochs` reaches it.
 * @param begunWith the backend that the run computed on, if it has begun: another rounds differently
 */
export function branchText({ experiment }: ResolvedExperiment, begunWith: string | undefined): string {
  const backend = experimentSchema.shape.backend.catch(experiment.backend).parse(begunWith);
  const free = { ...onlyStages(experiment, statedStages(experiment)), backend };
  return stringify(inSchemaOrder(experimentSchema, free), { lineWidth: 0 });
}

/** Why a checkpoint of `parent` at `step` cannot go on as `child`, or null. */
export function branchObstacle(
  parent: ResolvedExperiment,
  child: ResolvedExperiment,
  step: number,
): string | null {
  const [before, after] = [shapeOf(parent), shapeOf(child)];
  const differing = Object.keys(before).find((key) => !isDeepStrictEqual(before[key], after[key]));
  if (differing !== undefined) return `it holds the networks of another ${differing}`;
  if (step >= child.plan.totalSteps) return `the run would end at step ${child.plan.totalSteps}`;
  const [from, to] = [positionAt(parent.plan.stages, step), positionAt(child.plan.stages, step)];
  if (!isDeepStrictEqual(from, to)) return 'an earlier stage would have had another length';
  return null;
}

/** What decides which tensors a checkpoint holds. */
const shapeOf = ({
  experiment: { method },
  plan,
}: ResolvedExperiment): Readonly<Record<string, unknown>> => ({
  method: method.name,
  model: [...plan.models],
  'number of members': plan.declaration.roles(method, [...plan.models.keys()]),
  'sample shape': plan.data.shape,
  'number of classes': plan.data.classes,
});
