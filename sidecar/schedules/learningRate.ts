import { z } from 'zod';

const warmup = z
  .number()
  .nonnegative()
  .default(0)
  .meta({
    description: 'Over which the rate rises linearly from 0 to its first value.',
    unit: 'epochs',
    alsoCalled: ['warmup'],
  });

/** Learning-rate schedules; the numbers they give are factors on the optimiser's `learningRate`. */
export const learningRateSchedule = z
  .discriminatedUnion('name', [
    z
      .strictObject({
        name: z.literal('constant').meta({ valuesAlsoCalled: { none: 'constant', fixed: 'constant' } }),
        warmupEpochs: warmup,
      })
      .meta({ title: 'Constant' }),
    z
      .strictObject({
        name: z.literal('multiStep').meta({ valuesAlsoCalled: { step: 'multiStep' } }),
        milestones: z
          .array(z.number().positive())
          .default([150, 225])
          .meta({
            description: 'At which the rate is multiplied by `factor`.',
            unit: 'epochs',
            alsoCalled: ['steps', 'drops'],
          }),
        factor: z
          .number()
          .positive()
          .max(1)
          .default(0.1)
          .meta({ description: 'Multiplier at each milestone.', alsoCalled: ['gamma'] }),
        warmupEpochs: warmup,
      })
      .meta({ title: 'Multi-step' }),
    z
      .strictObject({
        name: z.literal('cosine'),
        final: z.number().min(0).max(1).default(0).meta({ description: 'Factor at the end of the stage.' }),
        warmupEpochs: warmup,
      })
      .meta({ title: 'Cosine decay' }),
  ])
  .meta({
    title: 'Schedule',
    description: 'How the learning rate moves; evaluated at every step, over the epochs of its stage.',
  });

export type LearningRateSchedule = z.infer<typeof learningRateSchedule>;

/**
 * Factor on the base learning rate.
 * @param position epochs since the stage began, with its fraction (step / steps per epoch)
 * @param length the stage's length in epochs
 */
export function learningRateFactor(schedule: LearningRateSchedule, position: number, length: number): number {
  const warm = schedule.warmupEpochs > 0 ? Math.min(1, position / schedule.warmupEpochs) : 1;
  switch (schedule.name) {
    case 'constant':
      return warm;
    case 'multiStep': {
      const passed = schedule.milestones.filter((milestone) => position >= milestone).length;
      return warm * schedule.factor ** passed;
    }
    case 'cosine': {
      const start = schedule.warmupEpochs;
      const progress = Math.min(
        1,
        Math.max(0, (position - start) / Math.max(length - start, Number.EPSILON)),
      );
      return warm * (schedule.final + (1 - schedule.final) * 0.5 * (1 + Math.cos(Math.PI * progress)));
    }
  }
}
