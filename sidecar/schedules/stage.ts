import { z } from 'zod';
import { learningRateSchedule } from './learningRate.ts';

const learningRate = z
  .number()
  .positive()
  .max(100)
  .default(0.1)
  .describe('Base learning rate; the schedule multiplies it.');
const weightDecay = z.number().min(0).max(1).default(0);

export const optimizerOptions = z
  .discriminatedUnion('name', [
    z
      .strictObject({
        name: z.literal('sgd'),
        learningRate,
        momentum: z.number().min(0).lt(1).default(0.9).describe('μ in v ← μ v + g.'),
        nesterov: z.boolean().default(true).describe('Step along g + μ v instead of v.'),
        weightDecay: weightDecay.describe(
          'L2 in the PyTorch sense: added to the gradient of every parameter.',
        ),
      })
      .meta({ title: 'SGD' }),
    z
      .strictObject({
        name: z.enum(['adam', 'adamw']),
        learningRate: learningRate.default(1e-3),
        beta1: z.number().min(0).lt(1).default(0.9).describe('Decay of the first moment.'),
        beta2: z.number().min(0).lt(1).default(0.999).describe('Decay of the second moment.'),
        epsilon: z.number().positive().default(1e-8).describe('Added to the root of the second moment.'),
        weightDecay: weightDecay.describe('adam: added to the gradient. adamw: decoupled from it.'),
      })
      .meta({ title: 'Adam and AdamW' }),
  ])
  .describe('What turns gradients into updates.');

export type OptimizerOptions = z.infer<typeof optimizerOptions>;

const steps = z
  .number()
  .int()
  .min(0)
  .describe('Length in optimiser steps; wins over `epochs`. 0 skips the stage.');
const epochs = z.number().positive().describe('Length in epochs.');

/** Per-stage settings of an experiment; what is absent comes from the method, then from the experiment itself. */
export const stageSettings = z.strictObject({
  steps: steps.optional(),
  epochs: epochs.optional(),
  optimizer: optimizerOptions.optional(),
  schedule: learningRateSchedule.optional(),
});

export type StageSettings = z.infer<typeof stageSettings>;
