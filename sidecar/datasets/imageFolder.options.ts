import { z } from 'zod';
import type { DatasetFacts } from './facts.options.ts';
import { limit } from './official.options.ts';

const extent = z.number().int().min(1).max(1024);
const perChannel = (description: string, least: z.ZodNumber) =>
  z.array(least).min(1).max(3).optional().meta({ description });

export const imageFolderOptions = z
  .strictObject({
    name: z.literal('imageFolder'),
    path: z
      .string()
      .min(1)
      .meta({
        description: 'The folder, relative to this file.',
        alsoCalled: ['root', 'folder', 'dir', 'dataDir'],
      }),
    list: z
      .string()
      .min(1)
      .optional()
      .meta({
        description:
          'A CSV file in the folder with a row for each image: columns `file`, `label` (if not given, the name of the file’s folder) and `split` (train or test; if not given, the folder train or test that the file is in). Not given: `train/<class>/…` and `test/<class>/…`.',
        alsoCalled: ['csv', 'annotations', 'splitFile', 'labels'],
      }),
    size: z.union([extent, z.tuple([extent, extent])]).meta({
      description: 'Height and width to which every image is brought; one number for both.',
      unit: 'pixels',
      alsoCalled: ['imageSize', 'resize', 'inputSize'],
    }),
    channels: z
      .union([z.literal(1), z.literal(3)])
      .default(3)
      .meta({ description: '3 = colour, 1 = grey.', unit: 'channels' }),
    fit: z
      .enum(['cover', 'fill', 'contain'])
      .default('cover')
      .meta({
        description: 'How an image of another shape is brought to the size.',
        values: {
          cover: 'filled, the middle kept and the rest cut off',
          fill: 'stretched',
          contain: 'wholly seen, black beside it',
        },
      }),
    mean: perChannel(
      'Of each channel, of values in 0 to 1, for normalisation. Not given: of the training images.',
      z.number().min(0).max(1),
    ),
    deviation: perChannel(
      'Standard deviation of each channel, of values in 0 to 1. Not given: of the training images.',
      z.number().positive().max(1),
    ).meta({ alsoCalled: ['std'] }),
    limit,
    found: z
      .strictObject({
        classes: z.number().int().min(2).meta({ description: 'Classes.', unit: 'classes' }),
        train: z.number().int().min(1).meta({ description: 'Training images.', unit: 'samples' }),
        test: z.number().int().min(1).meta({ description: 'Test images.', unit: 'samples' }),
      })
      .optional()
      .meta({
        description:
          'What is in the folder. Filled in when a run is made; other numbers than those found are an error.',
      }),
  })
  .superRefine(({ channels, mean, deviation }, context) => {
    for (const [key, values] of Object.entries({ mean, deviation }))
      if (values !== undefined && values.length !== channels)
        context.addIssue({
          code: 'custom',
          path: [key],
          message: `${channels} ${channels === 1 ? 'number' : 'numbers'}, one for each channel`,
        });
  })
  .meta({
    title: 'Image folder',
    description: 'JPEG and PNG files, one folder for each class, decoded once into a cache.',
  });

export type ImageFolderOptions = z.infer<typeof imageFolderOptions>;

/** [height, width, channels] of a sample. */
export function imageShape({
  size,
  channels,
}: Pick<ImageFolderOptions, 'size' | 'channels'>): readonly [number, number, number] {
  const [height, width] = typeof size === 'number' ? [size, size] : size;
  return [height, width, channels];
}

/** As large as CIFAR-10 until somebody has looked. */
const GUESS = { classes: 10, train: 50_000, test: 10_000 };

export const imageFolderFacts = (options: ImageFolderOptions): DatasetFacts => ({
  shape: imageShape(options),
  ...(options.found ?? { ...GUESS, guessed: true }),
});
