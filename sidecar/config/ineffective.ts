import type { Experiment } from './experiment.ts';
import { isEvaluated, type Plan, type StagePlan } from './plan.ts';

/** A setting that changes nothing, given the others. */
export interface Ineffective {
  /** Dotted; everything below it is meant too. */
  readonly path: string;
  /** A clause that says why: `momentum is 0`. */
  readonly reason: string;
}

type Part = (experiment: Experiment, plan: Plan) => Ineffective[];

const below = (path: string, keys: readonly string[], reason: string): Ineffective[] =>
  keys.map((key) => ({ path: `${path}.${key}`, reason }));

/** What the optimiser and the schedule at one place ignore. */
function within(
  prefix: string,
  { optimizer, schedule }: Partial<Pick<StagePlan, 'optimizer' | 'schedule'>>,
): Ineffective[] {
  const found: Ineffective[] = [];
  if (optimizer?.name === 'sgd' && optimizer.momentum === 0)
    found.push(...below(`${prefix}optimizer`, ['nesterov'], 'momentum is 0'));
  if (schedule?.name === 'multiStep' && schedule.milestones.length === 0)
    found.push(...below(`${prefix}schedule`, ['factor'], 'there are no milestones'));
  if (schedule?.name === 'multiStep' && schedule.factor === 1)
    found.push(...below(`${prefix}schedule`, ['milestones'], 'factor is 1'));
  return found;
}

const optimizers: Part = (experiment) => [
  ...within('', experiment),
  ...Object.entries(experiment.stages).flatMap(([name, own]) => {
    const { optimizer, schedule } = own;
    return within(`stages.${name}.`, { ...(optimizer && { optimizer }), ...(schedule && { schedule }) });
  }),
];

/** What stages decide for themselves, unless one of them repeats it, as a resolved file does. */
const shadowed: Part = (experiment, plan) => {
  const own = plan.stages.map((stage) => ({ stage, settings: experiment.stages[stage.name] }));
  const found: Ineffective[] = [];
  for (const key of ['optimizer', 'schedule'] as const) {
    const repeated = own.some(({ stage }) => same(stage[key], experiment[key]));
    if (!repeated && own.every(({ settings }) => settings?.[key] !== undefined))
      found.push({ path: key, reason: `every stage has its own ${key}` });
  }
  const repeated = plan.stages.some(
    ({ asked }) => asked === Math.round(experiment.training.epochs * plan.stepsPerEpoch),
  );
  if (!repeated && own.every(({ settings }) => (settings?.steps ?? settings?.epochs) !== undefined))
    found.push({ path: 'training.epochs', reason: 'every stage has its own length' });
  for (const { stage, settings } of own) {
    if (!settings) continue;
    const path = `stages.${stage.name}`;
    if (settings.steps !== undefined && settings.epochs !== undefined)
      found.push(...below(path, ['epochs'], 'steps decides'));
    if (stage.steps > 0) continue;
    if (stage.asked > 0) found.push({ path, reason: 'the method skips this stage' });
    else found.push(...below(path, ['optimizer', 'schedule'], 'the stage has no steps'));
  }
  return found;
};

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

/** What waits for evaluations that never happen. */
const evaluations: Part = (experiment, plan) => {
  const { evaluation, training } = experiment;
  const found: Ineffective[] = [];
  if (isEvaluated(experiment, plan)) return found;
  const reason = 'there is no validation split';
  found.push(
    ...below('evaluation', ['every'], reason),
    ...below('logging', ['histograms', 'samples'], reason),
  );
  if (!evaluation.test) found.push(...below('evaluation', ['batchSize'], `${reason} and no test`));
  if (training.onCollapse === 'stop') found.push(...below('training', ['onCollapse'], reason));
  return found;
};

/** What is about samples, where there are none. */
const acting: Part = (_experiment, { environment }) => {
  if (!environment) return [];
  const reason = 'an environment has no samples';
  return [
    { path: 'views', reason },
    ...below('training', ['validation'], reason),
    ...below('logging', ['samples'], reason),
    ...below('evaluation', ['batchSize'], reason),
    ...below('training', ['onCollapse'], 'collapse is a matter of classes'),
  ];
};

const dataset: Part = ({ dataset: options }, { data }) =>
  options && 'limit' in options && options.limit !== undefined && options.limit > data.train
    ? [{ path: 'dataset.limit', reason: `there are only ${data.train} training samples` }]
    : [];

const method: Part = ({ method: options }, { declaration }) =>
  (declaration.ineffective?.(options) ?? []).map(({ path, reason }) => ({
    path: ['method', ...path].join('.'),
    reason,
  }));

const PARTS: readonly Part[] = [dataset, acting, method, optimizers, shadowed, evaluations];

/** Everything in the experiment that changes nothing, with the reason; defaults included. */
export const ineffectivePaths = (experiment: Experiment, plan: Plan): Ineffective[] =>
  PARTS.flatMap((part) => part(experiment, plan));
