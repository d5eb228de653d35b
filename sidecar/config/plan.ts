import type { DatasetFacts } from '../datasets/facts.options.ts';
import { datasetFacts } from '../datasets/options.ts';
import { environmentFacts, policyOutputs, type EnvironmentFacts } from '../environments/options.ts';
import { declarationOf } from '../methods/registry.options.ts';
import type { MethodDeclaration } from '../methods/declaration.ts';
import type { ModelOptions } from '../models/registry.spec.ts';
import type { LearningRateSchedule } from '../schedules/learningRate.ts';
import type { OptimizerOptions } from '../schedules/stage.ts';
import type { Experiment } from './experiment.ts';

/** A stage with everything decided. */
export interface StagePlan {
  readonly name: string;
  readonly title: string;
  /** Optimiser steps of the run before this stage. */
  readonly from: number;
  readonly steps: number;
  /** What the experiment asks for, before the method's own adjustment. */
  readonly asked: number;
  /** Length in epochs, with fraction. */
  readonly epochs: number;
  readonly optimizer: OptimizerOptions;
  readonly schedule: LearningRateSchedule;
}

/** What follows from an experiment: split sizes, lengths, models by name. */
export interface Plan {
  readonly declaration: MethodDeclaration;
  /** In an environment: what is observed and what a policy puts out, without samples. */
  readonly data: DatasetFacts;
  /** null where there is a data set. */
  readonly environment: EnvironmentFacts | null;
  /** Name of the data set or environment. */
  readonly source: string;
  readonly splits: { readonly train: number; readonly validation: number; readonly test: number };
  readonly stepsPerEpoch: number;
  readonly stages: readonly StagePlan[];
  readonly totalSteps: number;
  /** Backbones by the names that the method reads; undefined where none is given. */
  readonly models: ReadonlyMap<string, ModelOptions | undefined>;
}

/** The names under which the method looks for models. */
export function modelNames(
  declaration: MethodDeclaration,
  { models, method }: Pick<Experiment, 'models' | 'method'>,
): string[] {
  if (declaration.modelNames) return [...declaration.modelNames(method)];
  if (declaration.models !== 'any') return [...declaration.models];
  const named = Object.keys(models).filter((name) => name !== 'default');
  return named.length > 0 ? named : ['student'];
}

/** @throws when the experiment has no such model, which the rule modelMissing tells before */
export function modelOf({ models }: Pick<Plan, 'models'>, name: string): ModelOptions {
  const options = models.get(name);
  if (!options) throw new Error(`The experiment has no model ${name}.`);
  return options;
}

/** The stage in which a run stands after `step` steps: at a border the one that just ended, since it has still to end. */
export function positionAt(
  stages: readonly Pick<StagePlan, 'from' | 'steps'>[],
  step: number,
): { readonly stage: number; readonly stageStep: number } {
  const reached = stages.findIndex(({ from, steps }) => step <= from + steps);
  const stage = reached === -1 ? stages.length - 1 : reached;
  return { stage, stageStep: step - (stages[stage]?.from ?? 0) };
}

/** Steps of an epoch where no data set defines one. */
const ENVIRONMENT_EPOCH = 1000;

/** @throws when there is neither a data set nor an environment, which `sourceComplaints` tells before */
function sourceOf({ dataset, environment }: Experiment): Pick<Plan, 'data' | 'environment' | 'source'> {
  if (dataset) return { data: datasetFacts(dataset), environment: null, source: dataset.name };
  if (!environment) throw new Error('The experiment has neither a data set nor an environment.');
  const facts = environmentFacts(environment);
  const data = { shape: [facts.observation], classes: policyOutputs(facts.actions), train: 0, test: 0 };
  return { data, environment: facts, source: environment.name };
}

/** Whether there is anything on which to evaluate while training. */
export const isEvaluated = (
  { method }: Experiment,
  { declaration, environment, splits }: Pick<Plan, 'declaration' | 'environment' | 'splits'>,
): boolean =>
  environment !== null || splits.validation > 0 || declaration.headline(method).series.startsWith('test/');

export function planOf(experiment: Experiment): Plan {
  const { training } = experiment;
  const declaration = declarationOf(experiment.method.name);
  const { data, environment, source } = sourceOf(experiment);
  const validation =
    training.validation < 1 ? Math.floor(data.train * training.validation) : Math.floor(training.validation);
  const train = data.train - validation;
  const stepsPerEpoch =
    training.epochSteps ??
    (environment ? ENVIRONMENT_EPOCH : Math.max(1, Math.ceil(train / training.batchSize)));
  let from = 0;
  const stages = declaration.stages.map((stage): StagePlan => {
    const base = { optimizer: experiment.optimizer, schedule: experiment.schedule, epochs: training.epochs };
    const isGiven = stage.trains !== undefined && stage.trains in experiment.weights;
    const preset = isGiven ? { ...stage.defaults(base), epochs: undefined, steps: 0 } : stage.defaults(base);
    const own = experiment.stages[stage.name];
    const epochs = own?.epochs ?? preset.epochs ?? base.epochs;
    const asked =
      own?.steps ??
      (own?.epochs === undefined ? preset.steps : undefined) ??
      Math.round(epochs * stepsPerEpoch);
    const steps = declaration.stageSteps?.(experiment.method, stage.name, asked) ?? asked;
    const plan = {
      name: stage.name,
      title: stage.title,
      from,
      steps,
      asked,
      epochs: steps / stepsPerEpoch,
      optimizer: own?.optimizer ?? preset.optimizer ?? base.optimizer,
      schedule: own?.schedule ?? preset.schedule ?? base.schedule,
    };
    from += steps;
    return plan;
  });
  return {
    declaration,
    data,
    environment,
    source,
    splits: { train, validation, test: data.test },
    stepsPerEpoch,
    stages,
    totalSteps: from,
    models: new Map(
      modelNames(declaration, experiment).map((name) => [
        name,
        experiment.models[name] ?? experiment.models['default'],
      ]),
    ),
  };
}
