import { z } from 'zod';
import type { DatasetFacts } from './facts.options.ts';

/** Class-balanced, so that few samples are still all the classes. */
export const limit = z
  .number()
  .int()
  .min(1)
  .optional()
  .meta({
    description:
      'Use only so many training samples, balanced: one of each class in turn, in stored order, until there are n.',
    unit: 'samples',
    alsoCalled: ['subset', 'maxSamples'],
  });

const path = z
  .string()
  .min(1)
  .optional()
  .meta({
    description:
      'Where its files are, relative to this file. Not given: where `distillery data` has put or noted them.',
    alsoCalled: ['root', 'folder', 'dir', 'dataDir'],
  });

const official = <N extends string>(name: N, title: string, description: string) =>
  z.strictObject({ name: z.literal(name), path, limit }).meta({ title, description });

const mnist = official('mnist', 'MNIST', '60,000 + 10,000 digits, 28×28 grey (LeCun, Cortes & Burges).');

const fashionMnist = official(
  'fashionMnist',
  'Fashion-MNIST',
  '60,000 + 10,000 articles of clothing, 28×28 grey (Xiao, Rasul & Vollgraf 2017).',
);

const cifar10 = official(
  'cifar10',
  'CIFAR-10',
  '50,000 + 10,000 images of 10 classes, 32×32 colour (Krizhevsky 2009).',
);

const cifar100 = z
  .strictObject({
    name: z.literal('cifar100'),
    path,
    labels: z
      .enum(['fine', 'coarse'])
      .default('fine')
      .meta({
        description: 'Which of its two labels is learnt.',
        values: { fine: '100 classes', coarse: '20 superclasses of 5 classes each' },
      }),
    limit,
  })
  .meta({
    title: 'CIFAR-100',
    description: '50,000 + 10,000 images of 100 classes, 32×32 colour (Krizhevsky 2009).',
  });

const tinyImageNet = official(
  'tinyImageNet',
  'TinyImageNet',
  '100,000 + 10,000 images of 200 classes, 64×64 colour. Its validation images are the test split.',
);

/** Data sets that everybody has alike. */
export const officialOptions = [mnist, fashionMnist, cifar10, cifar100, tinyImageNet] as const;
export type OfficialOptions = z.infer<(typeof officialOptions)[number]>;
export type OfficialName = OfficialOptions['name'];

/** Sizes as published, before a limit. */
export function officialFacts(options: OfficialOptions): DatasetFacts {
  switch (options.name) {
    case 'mnist':
    case 'fashionMnist':
      return { shape: [28, 28, 1], classes: 10, train: 60_000, test: 10_000 };
    case 'cifar10':
      return { shape: [32, 32, 3], classes: 10, train: 50_000, test: 10_000 };
    case 'cifar100':
      return {
        shape: [32, 32, 3],
        classes: options.labels === 'fine' ? 100 : 20,
        train: 50_000,
        test: 10_000,
      };
    case 'tinyImageNet':
      return { shape: [64, 64, 3], classes: 200, train: 100_000, test: 10_000 };
  }
}
