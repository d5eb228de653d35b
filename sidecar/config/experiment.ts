import { z } from 'zod';
import { baselineOptions } from './baseline.ts';
import { backendOptions } from '../backends/options.ts';
import { datasetOptions, viewOptions, type DatasetOptions } from '../datasets/options.ts';
import { environmentOptions } from '../environments/options.ts';
import { methodOptions } from '../methods/registry.options.ts';
import { modelOptions } from '../models/registry.spec.ts';
import { learningRateSchedule } from '../schedules/learningRate.ts';
import { optimizerOptions, stageSettings } from '../schedules/stage.ts';
import { weightsOptions } from './weights.ts';

const trainingOptions = z
  .strictObject({
    epochs: z
      .number()
      .positive()
      .default(300)
      .meta({
        description: 'Length of the main stage.',
        related: ['training.epochSteps', 'stages', 'schedule.milestones'],
        unit: 'epochs',
        alsoCalled: ['numEpochs', 'maxEpochs'],
      }),
    epochSteps: z
      .number()
      .int()
      .positive()
      .nullable()
      .default(null)
      .meta({
        description:
          'Steps that count as one epoch, so that short runs have epochs of their own; null = one pass over the data, 1,000 in an environment.',
        unit: 'steps',
        alsoCalled: ['stepsPerEpoch'],
        related: ['training.epochs', 'evaluation.every'],
      }),
    batchSize: z
      .number()
      .int()
      .positive()
      .max(65_536)
      .default(128)
      .meta({
        description: 'Samples per optimiser step.',
        related: ['training.epochSteps', 'optimizer.learningRate'],
        unit: 'samples',
        alsoCalled: ['bs', 'batch'],
      }),
    seed: z
      .number()
      .int()
      .min(0)
      .max(Number.MAX_SAFE_INTEGER)
      .default(42)
      .meta({ description: 'Every random stream follows from it.', alsoCalled: ['randomSeed'] }),
    validation: z
      .number()
      .min(0)
      .default(0.1)
      .meta({
        description: 'Held out of the training samples for selection: a share below 1, or a count.',
        unit: 'of the samples, or samples',
        alsoCalled: ['validationSplit', 'val', 'valSplit'],
        related: ['evaluation.every', 'checkpoints.keepBest', 'logging.samples'],
      }),
    onNonFinite: z
      .enum(['stop', 'continue'])
      .default('stop')
      .meta({
        description: 'What a loss that is no finite number does.',
        values: { stop: 'end the run and dump the step', continue: 'go on, with the points marked' },
      }),
    onCollapse: z
      .enum(['continue', 'stop'])
      .default('continue')
      .meta({
        description: 'What a detected collapse does, beside being shown.',
        values: { continue: 'go on', stop: 'end the run' },
      }),
  })
  .meta({ title: 'Training', description: 'Length, batches, seed and what is held out.' });

const loggingOptions = z
  .strictObject({
    every: z
      .number()
      .int()
      .positive()
      .default(10)
      .meta({ description: 'Between logged points.', unit: 'steps', alsoCalled: ['interval', 'logEvery'] }),
    histograms: z.boolean().default(false).meta({ description: 'Weight histograms at every evaluation.' }),
    samples: z.number().int().min(0).max(64).default(24).meta({
      description:
        'Validation images shown with every role’s answer: so many of the most disputed, and so many of the first.',
      unit: 'images',
    }),
  })
  .meta({ title: 'Logging', description: 'What is written down while training.' });

const evaluationOptions = z
  .strictObject({
    every: z
      .number()
      .int()
      .positive()
      .default(1)
      .meta({
        description: 'Between evaluations on the validation split.',
        unit: 'epochs',
        alsoCalled: ['interval'],
      }),
    batchSize: z
      .number()
      .int()
      .positive()
      .max(65_536)
      .default(250)
      .meta({ description: 'Samples per evaluated batch.', unit: 'samples', alsoCalled: ['bs', 'batch'] }),
    test: z
      .boolean()
      .default(true)
      .meta({ description: 'Evaluate once on the test split, at the end, with the selected networks.' }),
  })
  .meta({
    title: 'Evaluation',
    description: 'How the networks are judged on samples that they do not train on.',
  });

const checkpointOptions = z
  .strictObject({
    every: z
      .number()
      .int()
      .positive()
      .default(500)
      .meta({ description: 'Between checkpoints.', unit: 'steps', alsoCalled: ['interval', 'saveEvery'] }),
    keepLast: z
      .number()
      .int()
      .min(1)
      .max(1000)
      .default(2)
      .meta({ description: 'Newest checkpoints to keep.', unit: 'checkpoints' }),
    keepBest: z
      .number()
      .int()
      .min(0)
      .max(1000)
      .default(1)
      .meta({
        description: 'Best checkpoints to keep, by the headline metric.',
        related: ['training.validation', 'evaluation.every'],
        unit: 'checkpoints',
      }),
  })
  .meta({ title: 'Checkpoints', description: 'From which a run can be resumed, branched and exported.' });

/** The experiment file: the one source of types, defaults, JSON Schema, completion and documentation. */
export const experimentSchema = z
  .strictObject({
    name: z
      .string()
      .min(1)
      .max(120)
      .optional()
      .meta({ description: 'A name for people.', alsoCalled: ['title'] }),
    dataset: datasetOptions.optional().meta({ alsoCalled: ['data'], orElse: 'environment' }),
    environment: environmentOptions.optional().meta({ alsoCalled: ['env', 'gym'] }),
    views: viewOptions.prefault({}).meta({ alsoCalled: ['augmentation', 'augmentations'] }),
    models: z
      .record(z.string().regex(/^[a-z][A-Za-z0-9]*$/u, 'a lower-camel-case name'), modelOptions)
      .refine((models) => Object.keys(models).length > 0, 'at least one model, for example default')
      .meta({
        title: 'Models',
        description:
          'Backbones by the name under which the method asks for them; `default` stands in for the others.',
        alsoCalled: ['model', 'networks'],
      }),
    weights: weightsOptions,
    method: methodOptions,
    optimizer: optimizerOptions.prefault({ name: 'sgd' }).meta({ alsoCalled: ['optim'] }),
    schedule: learningRateSchedule
      .prefault({ name: 'cosine' })
      .meta({ alsoCalled: ['scheduler', 'lrSchedule'] }),
    stages: z.record(z.string(), stageSettings).default({}).meta({
      title: 'Stages',
      description: 'Length, optimiser and schedule of single stages, by name.',
    }),
    training: trainingOptions.prefault({}),
    logging: loggingOptions.prefault({}),
    evaluation: evaluationOptions.prefault({}),
    checkpoints: checkpointOptions.prefault({}).meta({ alsoCalled: ['checkpoint'] }),
    backend: backendOptions,
    baseline: baselineOptions.optional(),
  })
  .meta({ title: 'Distillery experiment', description: 'One online-distillation run.' });

export type Experiment = z.infer<typeof experimentSchema>;

export { datasetOptions, type DatasetOptions };
