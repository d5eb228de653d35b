import { z } from 'zod';
import type { DatasetFacts } from './facts.options.ts';
import { imageFolderFacts, imageFolderOptions } from './imageFolder.options.ts';
import { officialFacts, officialOptions } from './official.options.ts';

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
  .discriminatedUnion('name', [...officialOptions, imageFolderOptions, syntheticOptions])
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

/** What is known of a data set from its options alone. */
export function datasetFacts(options: DatasetOptions): DatasetFacts {
  switch (options.name) {
    case 'mnist':
    case 'fashionMnist':
    case 'cifar10':
    case 'cifar100':
    case 'tinyImageNet':
      return limited(officialFacts(options), options.limit);
    case 'imageFolder':
      return limited(imageFolderFacts(options), options.limit);
    case 'synthetic':
      return {
        shape: options.shape,
        classes: options.classes,
        train: options.samples,
        test: options.testSamples,
      };
  }
}

const limited = (facts: DatasetFacts, limit = Infinity): DatasetFacts => ({
  ...facts,
  train: Math.min(facts.train, limit),
});
