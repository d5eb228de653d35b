import { z } from 'zod';
import { runIdSchema } from '../protocol/runRecord.ts';

/** Networks that begin with what another run has learnt, by their names in this one. */
export const weightsOptions = z
  .record(
    z.string().regex(/^[a-z][A-Za-z0-9]*$/u, 'a lower-camel-case name'),
    z.strictObject({
      run: runIdSchema.meta({
        description: 'The id of a run in the same runs folder: the name of its folder.',
      }),
      role: z
        .string()
        .min(1)
        .max(100)
        .default('teacher')
        .meta({ description: 'Whose weights: a role of that run, such as teacher, student or peer1.' }),
      checkpoint: z
        .union([z.enum(['best', 'last']), z.number().int().min(0)])
        .default('last')
        .meta({
          description: 'A checkpoint of that run: its step, the best by its headline metric, or the last.',
          unit: 'steps',
        }),
    }),
  )
  .default({})
  .meta({
    title: 'Weights',
    description:
      'Networks that begin with a role of another run instead of being trained here: a teacher that is there already. The stage that would train it is left out, unless `stages` gives it a length. The weights are copied into the run.',
    alsoCalled: ['pretrained', 'initFrom', 'teacherCheckpoint'],
  });

export type WeightsOptions = z.infer<typeof weightsOptions>;
