/**
 * `predictions.json` of a run directory: what the roles said of the validation split at the newest evaluation. One schema for
 * the file, which the trainer replaces as a whole, and for the wire.
 *
 * API: predictionsSchema, Predictions.
 */
import { z } from 'zod';
import { wireNumber } from './number.ts';

const index = z.int().min(0);

export const predictionsSchema = z
  .object({
    version: z.literal(1),
    /** Step of the evaluation. */
    step: index,
    split: z.enum(['validation', 'test']),
    /** Names of the classes, in order of their index. */
    classes: z.array(z.string()),
    /** Samples evaluated. */
    samples: index,
    /** Confusion by role: [label, predicted class, count], counts > 0 only. */
    confusion: z.record(z.string(), z.array(z.tuple([index, index, index]))),
    images: z.array(
      z.object({
        /** Index in the split. */
        sample: index,
        label: index,
        /** Base64 of a PNG, before normalisation and without augmentation. */
        png: z.string(),
        /** Whether it was chosen because the roles disagree, or is one of the first of the split, the same all the time. */
        chosen: z.enum(['disagreement', 'first']),
        /** By role: the class with the largest probability. */
        answers: z.record(z.string(), z.object({ class: index, probability: wireNumber })),
      }),
    ),
  })
  .meta({ id: 'Predictions' });
export type Predictions = z.output<typeof predictionsSchema>;
