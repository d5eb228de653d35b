import { z } from 'zod';
import { learningRateSchedule } from './learningRate.ts';

const learningRate = z
  .number()
  .positive()
  .max(100)
  .default(0.1)
  .meta({
    description: 'Base learning rate; the schedule multiplies it.',
    related: ['schedule', 'training.batchSize'],
    alsoCalled: ['lr', 'eta', 'rate'],
  });
const weightDecay = z
  .number()
  .min(0)
  .max(1)
  .default(0)
  .meta({ alsoCalled: ['wd', 'l2', 'decay'] });

export const optimizerOptions = z
  .discriminatedUnion('name', [
    z
      .strictObject({
        name: z.literal('sgd').meta({ valuesAlsoCalled: { momentum: 'sgd', nesterov: 'sgd' } }),
        learningRate,
        momentum: z
          .number()
          .min(0)
          .lt(1)
          .default(0.9)
          .meta({ description: 'μ in v ← μ v + g.', related: ['optimizer.nesterov'], alsoCalled: ['mu'] }),
        nesterov: z.boolean().default(true).describe('Step along g + μ v instead of v.'),
        weightDecay: weightDecay.describe(
          'L2 in the PyTorch sense: added to the gradient of every parameter.',
        ),
      })
      .meta({ title: 'SGD' }),
    z
      .strictObject({
        name: z.enum(['adam', 'adamw']).meta({
          values: {
            adam: 'weight decay is added to the gradient',
            adamw: 'weight decay is decoupled from the gradient',
          },
        }),
        learningRate: learningRate.default(1e-3),
        beta1: z.number().min(0).lt(1).default(0.9).describe('Decay of the first moment.'),
        beta2: z.number().min(0).lt(1).default(0.999).describe('Decay of the second moment.'),
        epsilon: z
          .number()
          .positive()
          .default(1e-8)
          .meta({ description: 'Added to the root of the second moment.', alsoCalled: ['eps'] }),
        weightDecay: weightDecay.describe('adam: added to the gradient. adamw: decoupled from it.'),
      })
      .meta({ title: 'Adam and AdamW' }),
  ])
  .meta({ title: 'Optimiser', description: 'What turns gradients into updates.' });

export type OptimizerOptions = z.infer<typeof optimizerOptions>;

const steps = z
  .number()
  .int()
  .min(0)
  .meta({ description: 'Length in optimiser steps; wins over `epochs`. 0 skips the stage.', unit: 'steps' });
const epochs = z.number().positive().meta({ description: 'Length of the stage.', unit: 'epochs' });

/** Per-stage settings of an experiment; what is absent comes from the method, then from the experiment itself. */
export const stageSettings = z
  .strictObject({
    steps: steps.optional(),
    epochs: epochs.optional(),
    optimizer: optimizerOptions.optional(),
    schedule: learningRateSchedule.optional(),
  })
  .meta({ title: 'Stage', description: 'What one stage does differently.' });

export type StageSettings = z.infer<typeof stageSettings>;
