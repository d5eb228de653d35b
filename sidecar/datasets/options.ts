import { z } from 'zod';

const limit = z
  .number()
  .int()
  .min(1)
  .optional()
  .meta({ description: 'Use only the first n training samples.', unit: 'samples' });

const mnistOptions = z
  .strictObject({ name: z.literal('mnist'), limit })
  .meta({ title: 'MNIST', description: '60,000 + 10,000 digits, 28×28 grey (LeCun, Cortes & Burges).' });

const syntheticOptions = z
  .strictObject({
    name: z.literal('synthetic'),
    samples: z
      .number()
      .int()
      .min(1)
      .max(1_000_000)
      .default(512)
      .meta({ description: 'Training samples.', unit: 'samples' }),
    testSamples: z
      .number()
      .int()
      .min(1)
      .max(1_000_000)
      .default(256)
      .meta({ description: 'Test samples.', unit: 'samples' }),
    classes: z
      .number()
      .int()
      .min(2)
      .max(1000)
      .default(4)
      .meta({ description: 'Number of classes.', unit: 'classes', alsoCalled: ['numClasses'] }),
    shape: z
      .union([
        z.tuple([z.number().int().min(1)]),
        z.tuple([z.number().int().min(1), z.number().int().min(1), z.number().int().min(1)]),
      ])
      .default([8])
      .meta({ description: '[features] or [height, width, channels].' }),
    noise: z
      .number()
      .min(0)
      .default(0.5)
      .meta({ description: 'Standard deviation around each class centre.' }),
  })
  .meta({ title: 'Synthetic', description: 'Gaussian classes drawn from the seed; for tests.' });

export const datasetOptions = z
  .discriminatedUnion('name', [mnistOptions, syntheticOptions])
  .meta({ title: 'Data set', description: 'What is learnt from.' });

export type DatasetOptions = z.infer<typeof datasetOptions>;

export const viewOptions = z
  .strictObject({
    crop: z
      .strictObject({
        padding: z
          .number()
          .int()
          .min(0)
          .max(64)
          .default(0)
          .meta({
            description: 'Zeros (raw values) around the image before a random crop.',
            unit: 'pixels',
            alsoCalled: ['pad'],
          }),
      })
      .prefault({})
      .meta({ description: 'Each view is a random crop of the padded image.' }),
    flip: z
      .boolean()
      .default(false)
      .meta({
        description: 'Mirror half of the views left to right.',
        alsoCalled: ['mirror', 'horizontalFlip'],
      }),
    noise: z
      .number()
      .min(0)
      .max(10)
      .default(0)
      .meta({ description: 'Standard deviation added to each normalised value.' }),
  })
  .meta({ title: 'Views', description: 'How each view of a sample is augmented, independently.' });

export type ViewOptions = z.infer<typeof viewOptions>;

/** What is known of a data set without opening it. */
export interface DatasetFacts {
  /** Shape of one sample: [height, width, channels] or [features]. */
  readonly shape: readonly number[];
  readonly classes: number;
  /** Training samples before a validation split is taken. */
  readonly train: number;
  readonly test: number;
}

export function datasetFacts(options: DatasetOptions): DatasetFacts {
  switch (options.name) {
    case 'mnist':
      return {
        shape: [28, 28, 1],
        classes: 10,
        train: Math.min(options.limit ?? 60_000, 60_000),
        test: 10_000,
      };
    case 'synthetic':
      return {
        shape: options.shape,
        classes: options.classes,
        train: options.samples,
        test: options.testSamples,
      };
  }
}
