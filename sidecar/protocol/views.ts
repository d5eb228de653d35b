/**
 * `views.json` of a run directory: a few training samples as the networks see them. One schema for the file, which the trainer
 * writes when a run begins, and for the wire.
 *
 * API: viewsSchema, Views.
 */
import { z } from 'zod';

const index = z.int().min(0);

export const viewsSchema = z
  .object({
    version: z.literal(1),
    /** Name of the stage whose first batch it is. */
    stage: z.string(),
    /** Names of the classes, in order of their index. */
    classes: z.array(z.string()),
    samples: z.array(
      z.object({
        /** Position in the training file. */
        sample: index,
        label: index,
        /** Base64 of a PNG of the sample as it is stored. */
        plain: z.string(),
        /** Base64 of a PNG of each augmented view, before normalisation. */
        views: z.array(z.string()),
      }),
    ),
  })
  .meta({ id: 'Views' });
export type Views = z.output<typeof viewsSchema>;
