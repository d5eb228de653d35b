import { z } from 'zod';
import { plain } from '../../models/spec.ts';
import type { MethodDeclaration } from '../declaration.ts';
import { temperature, termSeries, weight } from '../parts/common.options.ts';
import { inCode, recalled } from '../parts/facts.options.ts';

const COMPARISON = 'OKDDip, its comparison code';

export const hintonOptions = z
  .strictObject({
    name: z.literal('hinton'),
    preset: z
      .enum(['classic', 'comparison'])
      .default('classic')
      .meta({
        description: 'A set of values that stand under those written here.',
        values: {
          classic: '(1−a)·CE + a·KD with a = 0.9, T = 4',
          comparison: 'CE + KD with T = 3, as in comparisons of online distillation',
        },
      }),
    variant: z
      .enum(['convex', 'additive'])
      .default('convex')
      .meta({
        description: 'How labels and teacher share the loss.',
        values: { convex: '(1−a)·CE + a·KD', additive: 'CE + a·KD' },
        paper: [inCode('additive', COMPARISON)],
      }),
    alpha: weight(0.9, 'a, the weight of KD to the teacher.', [
      recalled(0.9, 'the usual choice'),
      inCode(1, COMPARISON),
    ]),
    temperature: temperature(4, [recalled(4, 'the usual choice'), inCode(3, COMPARISON)]),
  })
  .meta({
    title: 'Hinton KD',
    description:
      'Offline distillation from a teacher that is trained first (Hinton, Vinyals & Dean, arXiv 1503.02531).',
  });

export type HintonOptions = z.infer<typeof hintonOptions>;

/** Weight of the labels' cross-entropy. */
export const labelWeight = ({ variant, alpha }: HintonOptions): number =>
  variant === 'convex' ? 1 - alpha : 1;

export const hinton: MethodDeclaration<HintonOptions> = {
  name: 'hinton',
  title: 'Hinton KD',
  citation: 'Hinton, Vinyals & Dean, "Distilling the Knowledge in a Neural Network", arXiv 1503.02531, 2015.',
  basis: {
    certainty: 'releasedCode',
    note: 'The formula is common property; the additive variant is read from code that compares methods.',
  },
  options: hintonOptions,
  presets: { classic: {}, comparison: { variant: 'additive', alpha: 1, temperature: 3 } },
  stages: [
    { name: 'teacher', title: 'teacher', trains: 'teacher', defaults: () => ({}) },
    { name: 'distillation', title: 'distillation', defaults: () => ({}) },
  ],
  models: ['teacher', 'student'],
  roles: () => [
    { id: 'teacher', kind: 'teacher' },
    { id: 'student', kind: 'student' },
  ],
  series: [termSeries('teacher', 'KD to the teacher', 'KD(z ‖ g)')],
  headline: () => ({ series: 'validation/best/top1', unit: '%', better: 'higher' }),
  networks: (_options, backbones, input) =>
    [...backbones].map(([name, each]) => ({
      name,
      spec: plain(each, input),
      trained: name === 'student',
      passes: 1,
    })),
};
