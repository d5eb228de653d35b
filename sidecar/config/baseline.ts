import { z } from 'zod';
import { runIdSchema } from '../protocol/runRecord.ts';

/** With what an experiment is compared unless something else is chosen. Changes nothing about training. */
export const baselineOptions = z
  .strictObject({
    run: runIdSchema.optional().meta({ description: 'The id of a run: the name of its folder.' }),
    checkpoint: z
      .union([z.enum(['best', 'last']), z.number().int().min(0)])
      .optional()
      .meta({
        description:
          'A checkpoint of that run: its step, the best by its headline metric (as if not given), or the last.',
        unit: 'steps',
      }),
    file: z
      .string()
      .regex(
        /\.distill\.(?:ya?ml|json)$/u,
        'a path that ends in .distill.yaml, .distill.yml or .distill.json',
      )
      .optional()
      .meta({ description: 'Another experiment file, relative to this one.' }),
  })
  .superRefine(({ run, checkpoint, file }, context) => {
    const wrong = (path: string[], message: string): void => {
      context.addIssue({ code: 'custom', path, message });
    };
    if (run !== undefined && file !== undefined) wrong(['file'], 'either run or file');
    if (run === undefined && file === undefined) wrong([], 'a run or a file');
    if (checkpoint !== undefined && run === undefined)
      wrong(['checkpoint'], 'a run beside it, whose checkpoint it is');
  })
  .meta({
    title: 'Baseline',
    description:
      'What this experiment is compared with by default: a run or another experiment. It changes no training.',
  });

export type BaselineOptions = z.infer<typeof baselineOptions>;
