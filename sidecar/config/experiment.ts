import { z } from 'zod';
import { backendOptions } from '../backends/options.ts';
import { datasetOptions, viewOptions } from '../datasets/options.ts';
import { methodOptions } from '../methods/registry.options.ts';
import { modelOptions } from '../models/registry.spec.ts';
import { learningRateSchedule } from '../schedules/learningRate.ts';
import { optimizerOptions, stageSettings } from '../schedules/stage.ts';

const trainingOptions = z
  .strictObject({
    epochs: z.number().positive().default(300).describe('Length of the main stage.'),
    epochSteps: z
      .number()
      .int()
      .positive()
      .nullable()
      .default(null)
      .describe(
        'Steps that count as one epoch, so that short runs have epochs of their own; null = one pass over the data.',
      ),
    batchSize: z.number().int().positive().max(65_536).default(128).describe('Samples per optimiser step.'),
    seed: z
      .number()
      .int()
      .min(0)
      .max(Number.MAX_SAFE_INTEGER)
      .default(42)
      .describe('Every random stream follows from it.'),
    validation: z
      .number()
      .min(0)
      .default(0.1)
      .describe('Held out of the training samples for selection: a share below 1, or a count.'),
    onNonFinite: z
      .enum(['stop', 'continue'])
      .default('stop')
      .describe('stop: end the run and dump the step. continue: go on, with the points marked.'),
    onCollapse: z
      .enum(['continue', 'stop'])
      .default('continue')
      .describe('What a detected collapse does, beside being shown.'),
  })
  .meta({ title: 'Training' });

const loggingOptions = z
  .strictObject({
    every: z.number().int().positive().default(10).describe('Steps between logged points.'),
    histograms: z.boolean().default(false).describe('Weight histograms at every evaluation.'),
    samples: z
      .number()
      .int()
      .min(0)
      .max(64)
      .default(24)
      .describe(
        'Validation images shown with every role’s answer: so many of the most disputed, and so many of the first.',
      ),
  })
  .meta({ title: 'Logging' });

const evaluationOptions = z
  .strictObject({
    every: z
      .number()
      .int()
      .positive()
      .default(1)
      .describe('Epochs between evaluations on the validation split.'),
    batchSize: z.number().int().positive().max(65_536).default(250).describe('Samples per evaluated batch.'),
    test: z
      .boolean()
      .default(true)
      .describe('Evaluate once on the test split, at the end, with the selected networks.'),
  })
  .meta({ title: 'Evaluation' });

const checkpointOptions = z
  .strictObject({
    every: z.number().int().positive().default(500).describe('Steps between checkpoints.'),
    keepLast: z.number().int().min(1).max(1000).default(2).describe('Newest checkpoints to keep.'),
    keepBest: z
      .number()
      .int()
      .min(0)
      .max(1000)
      .default(1)
      .describe('Best checkpoints to keep, by the headline metric.'),
  })
  .meta({ title: 'Checkpoints' });

/** The experiment file: the one source of types, defaults, JSON Schema, completion and documentation. */
export const experimentSchema = z
  .strictObject({
    name: z.string().min(1).max(120).optional().describe('A name for people.'),
    dataset: datasetOptions,
    views: viewOptions.prefault({}),
    models: z
      .record(z.string().regex(/^[a-z][A-Za-z0-9]*$/u, 'a lower-camel-case name'), modelOptions)
      .refine((models) => Object.keys(models).length > 0, 'at least one model, for example default')
      .describe(
        'Backbones by the name under which the method asks for them; `default` stands in for the others.',
      ),
    method: methodOptions,
    optimizer: optimizerOptions.prefault({ name: 'sgd' }),
    schedule: learningRateSchedule.prefault({ name: 'cosine' }),
    stages: z
      .record(z.string(), stageSettings)
      .default({})
      .describe('Length, optimiser and schedule of single stages, by name.'),
    training: trainingOptions.prefault({}),
    logging: loggingOptions.prefault({}),
    evaluation: evaluationOptions.prefault({}),
    checkpoints: checkpointOptions.prefault({}),
    backend: backendOptions,
  })
  .meta({ title: 'Distillery experiment', description: 'One online-distillation run.' });

export type Experiment = z.infer<typeof experimentSchema>;
