import { backbone, modelOptions } from '../models/registry.spec.ts';
import { traceNetwork } from '../models/shapes.spec.ts';
import { plain } from '../models/spec.ts';
import { DOUBTS } from './doubts.ts';
import { nearest } from './nearest.ts';
import type { Experiment } from './experiment.ts';
import { RULES, type Complaint } from './findings.ts';
import { isEvaluated, type Plan } from './plan.ts';
import { discriminatorValues } from './schemaWalk.ts';

/** @param written the data of the file, without defaults */
export type Rule = (experiment: Experiment, plan: Plan, written: unknown) => Complaint[];

const splits: Rule = ({ training }, { splits, data, environment }) => {
  if (environment) return [];
  if (splits.train < 1)
    return [
      {
        code: 'emptySplit',
        path: ['training', 'validation'],
        message: `A validation split of ${training.validation} leaves nothing of ${data.train} training samples.`,
        expected: `a share below 1 or a count below ${data.train}`,
        got: training.validation,
        proposals: [{ path: ['training', 'validation'], value: 0.1 }],
      },
    ];
  if (training.batchSize <= splits.train) return [];
  return [
    {
      code: 'batchTooLarge',
      path: ['training', 'batchSize'],
      message: `A batch of ${training.batchSize} is larger than the training split of ${splits.train} samples.`,
      expected: `≤ ${splits.train}`,
      got: training.batchSize,
      proposals: [{ path: ['training', 'batchSize'], value: splits.train }],
    },
  ];
};

/** Models, with their defaults, that can read the data set. */
const fitting = ({ data }: Plan): { name: string }[] =>
  (discriminatorValues(modelOptions)?.values ?? []).flatMap((name) => {
    const options = modelOptions.safeParse({ name });
    try {
      if (!options.success) return [];
      traceNetwork(plain(backbone(options.data, data.shape, data.classes), data.shape));
      return [{ name: options.data.name }];
    } catch {
      return [];
    }
  });

const models: Rule = (experiment, plan) => {
  const found: Complaint[] = [];
  for (const [name, options] of plan.models) {
    if (!options) {
      found.push({
        code: 'modelMissing',
        path: ['models'],
        message: `The method ${experiment.method.name} needs a model ${name}.`,
        expected: `models.${name} or models.default`,
        suggestion: nearest(name, Object.keys(experiment.models)),
        proposals: fitting(plan).map((value) => ({ path: ['models', name], value })),
      });
      continue;
    }
    const path = ['models', name in experiment.models ? name : 'default'];
    try {
      traceNetwork(plain(backbone(options, plan.data.shape, plan.data.classes), plan.data.shape));
    } catch (error) {
      found.push({
        code: 'modelUnfit',
        path,
        message: `${options.name} cannot read ${plan.source}: ${(error as Error).message}`,
        expected: `a model for ${plan.environment ? 'observations' : 'samples'} of shape [${plan.data.shape.join(', ')}]`,
        got: options.name,
        proposals: fitting(plan).map((value) => ({ path, value })),
      });
    }
  }
  const read = [...plan.models.keys()];
  for (const name of Object.keys(experiment.models))
    if (name !== 'default' && !read.includes(name))
      found.push({
        code: 'noEffect',
        path: ['models', name],
        atKey: true,
        message: `The method ${experiment.method.name} reads no model ${name}.`,
        expected: `one of ${['default', ...read].join(', ')}`,
        got: name,
        suggestion: nearest(name, read),
      });
  return found;
};

/** What the method itself says of models that each read the samples. */
const together: Rule = (experiment, plan) => {
  const { declaration, data } = plan;
  if (!declaration.objections) return [];
  const backbones = new Map(
    [...plan.models].flatMap(([name, options]) =>
      options ? [[name, backbone(options, data.shape, data.classes)] as const] : [],
    ),
  );
  try {
    for (const each of backbones.values()) traceNetwork(plain(each, data.shape));
  } catch {
    // The rule above says which model and why.
    return [];
  }
  return declaration
    .objections(experiment.method, backbones, data.shape)
    .map(({ path, message, expected }) => {
      const [first, name, ...below] = path;
      const isModel = first === 'models';
      return {
        code: 'modelsIncompatible' as const,
        path: [first, isModel && !(name in experiment.models) ? 'default' : name, ...below],
        message,
        expected,
        got: isModel ? (plan.models.get(name)?.name ?? '') : '',
      };
    });
};

const weights: Rule = (experiment, { declaration }) => {
  const trained = declaration.stages.flatMap(({ trains }) => trains ?? []);
  return Object.keys(experiment.weights)
    .filter((name) => !trained.includes(name))
    .map((name) => ({
      code: 'weightsUnknown' as const,
      path: ['weights', name],
      atKey: true,
      message: `The method ${experiment.method.name} has no stage that only trains ${name}, so it cannot begin with weights.`,
      expected: trained.length > 0 ? `one of ${trained.join(', ')}` : 'no weights with this method',
      got: name,
      suggestion: nearest(name, trained),
      proposals: [{ path: ['weights', name], value: undefined }],
    }));
};

const views: Rule = ({ views: { crop, flip } }, { data, environment }) => {
  if (environment) return [];
  const [height, width] = data.shape;
  if (data.shape.length < 3) {
    const used = crop.padding > 0 ? ['crop', 'padding'] : flip ? ['flip'] : null;
    if (!used) return [];
    return [
      {
        code: 'viewsNeedImages',
        path: ['views', ...used],
        message: `Samples of shape [${data.shape.join(', ')}] are not images: they can neither be cropped nor mirrored.`,
        expected: 'crop.padding: 0 and flip: false, or an image data set',
        got: used.join('.'),
        proposals: [{ path: ['views', ...used], value: undefined }],
      },
    ];
  }
  const most = Math.min(height ?? 0, width ?? 0) - 1;
  if (crop.padding <= most) return [];
  return [
    {
      code: 'cropTooLarge',
      path: ['views', 'crop', 'padding'],
      message: `A crop padding of ${crop.padding} can move a ${height}×${width} image wholly out of sight.`,
      expected: `≤ ${most}`,
      got: crop.padding,
      proposals: [{ path: ['views', 'crop', 'padding'], value: most }],
    },
  ];
};

const stages: Rule = (experiment, plan) => {
  const known = plan.stages.map((stage) => stage.name);
  const found: Complaint[] = Object.keys(experiment.stages)
    .filter((name) => !known.includes(name))
    .map((name) => ({
      code: 'unknownStage',
      path: ['stages', name],
      atKey: true,
      message: `The method ${experiment.method.name} has no stage ${name}.`,
      expected: `one of ${known.join(', ')}`,
      got: name,
      suggestion: nearest(name, known),
    }));
  for (const stage of plan.stages) {
    // A stage that is left out has no end to be before.
    if (stage.schedule.name !== 'multiStep' || stage.steps === 0) continue;
    const own = experiment.stages[stage.name]?.schedule ? ['stages', stage.name, 'schedule'] : ['schedule'];
    stage.schedule.milestones.forEach((milestone, index) => {
      if (milestone < stage.epochs) return;
      found.push({
        code: 'milestoneAfterEnd',
        path: [...own, 'milestones', index],
        message: `The stage ${stage.name} ends at epoch ${stage.epochs}, before the milestone ${milestone}.`,
        expected: `< ${stage.epochs}`,
        got: milestone,
        proposals: [{ path: [...own, 'milestones', index], value: undefined }],
      });
    });
  }
  const main = plan.stages.at(-1);
  if (main && main.steps < 1) {
    const own = experiment.stages[main.name];
    const path =
      own?.steps !== undefined
        ? ['stages', main.name, 'steps']
        : own?.epochs !== undefined
          ? ['stages', main.name, 'epochs']
          : ['training', 'epochs'];
    found.push({
      code: 'outOfRange',
      path,
      message: `The stage ${main.name} has no steps: nothing would be learnt.`,
      expected: 'at least one optimiser step',
      got: own?.steps ?? own?.epochs ?? experiment.training.epochs,
      proposals: [{ path, value: 1 }],
    });
  }
  return found;
};

const method: Rule = (experiment, plan) => {
  const main = plan.stages.at(-1);
  if (!main || main.steps < 1 || !plan.declaration.doubts) return [];
  return plan.declaration
    .doubts(experiment.method, { epochs: main.epochs, steps: main.steps })
    .map(({ code, path, message, expected, proposals = [] }) => ({
      code,
      path: ['method', ...path],
      message,
      expected,
      proposals: proposals.map((each) => ({ path: ['method', ...each.path], value: each.value })),
    }));
};

/** What the method says of the environment that is chosen. */
const environment: Rule = ({ method: options }, { declaration, environment: facts, source }) => {
  const unfit = facts && declaration.unfit?.(options, facts);
  if (!unfit) return [];
  return [
    {
      code: 'environmentUnfit',
      path: ['environment', 'name'],
      message: unfit.message,
      expected: unfit.expected,
      got: source,
      proposals: (unfit.proposals ?? []).map(({ path, value }) => ({ path: ['method', ...path], value })),
    },
  ];
};

const selection: Rule = (experiment, plan) => {
  const { training, checkpoints } = experiment;
  return isEvaluated(experiment, plan) || checkpoints.keepBest === 0
    ? []
    : [
        {
          code: 'noEffect',
          path: ['training', 'validation'],
          message:
            'Without a validation split there is nothing to select on: the last networks are kept as the best.',
          expected: '> 0, or checkpoints.keepBest: 0',
          got: training.validation,
          proposals: [
            { path: ['training', 'validation'], value: 0.1 },
            { path: ['checkpoints', 'keepBest'], value: 0 },
          ],
        },
      ];
};

const RULE_FUNCTIONS: readonly Rule[] = [
  splits,
  models,
  together,
  weights,
  views,
  environment,
  stages,
  method,
  selection,
];

/** Everything that the schema alone cannot see; what cannot run is not doubted. */
export const checkRules: Rule = (experiment, plan, written) => {
  const found = RULE_FUNCTIONS.flatMap((rule) => rule(experiment, plan, written));
  if (found.some(({ code }) => RULES[code] === 'error')) return found;
  return [...found, ...DOUBTS.flatMap((rule) => rule(experiment, plan, written))];
};
