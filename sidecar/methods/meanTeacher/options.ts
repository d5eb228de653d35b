import { z } from 'zod';
import { plain } from '../../models/spec.ts';
import { rampUp } from '../../schedules/ramps.ts';
import type { MethodDeclaration } from '../declaration.ts';
import { termSeries } from '../parts/common.options.ts';
import { inCode, ours } from '../parts/facts.options.ts';

const CODE = 'Mean Teacher, official code';

export const meanTeacherOptions = z
  .strictObject({
    name: z.literal('meanTeacher'),
    distance: z
      .enum(['mse', 'kl'])
      .default('mse')
      .meta({
        description: 'How the student’s answer is compared with the teacher’s on another view.',
        values: { mse: 'mean squared difference of the probabilities', kl: 'KL divergence at T = 1' },
        paper: [inCode('mse', CODE)],
      }),
    weightMax: z
      .number()
      .min(0)
      .max(1000)
      .nullable()
      .default(null)
      .meta({
        description: 'Final weight of the consistency term; null = 10 for mse, 1 for kl.',
        paper: [inCode(100, `${CODE}: semi-supervised`), ours(10, 'for fully labelled data, with mse')],
      }),
    rampEpochs: z
      .number()
      .positive()
      .nullable()
      .default(null)
      .meta({
        description: 'R, over which the weight rises; null = a tenth of the stage.',
        unit: 'epochs',
        paper: [inCode(30, `${CODE}: 5 in its CIFAR example`), ours(null)],
      }),
    beta: z
      .number()
      .min(0)
      .lt(1)
      .default(0.999)
      .meta({
        description: 'Ceiling of the average’s coefficient, min(1 − 1/(t+2), β) at the 0-based step t.',
        paper: [inCode(0.999, CODE)],
        alsoCalled: ['ema', 'alpha'],
      }),
  })
  .meta({
    title: 'Mean Teacher',
    description: 'A student and the running average of its weights (Tarvainen & Valpola, NeurIPS 2017).',
  });

export type MeanTeacherOptions = z.infer<typeof meanTeacherOptions>;

/** Weight of the consistency term at a 0-based epoch. @param epochs of the stage */
export const consistencyWeight = (
  { distance, weightMax, rampEpochs }: MeanTeacherOptions,
  epoch: number,
  epochs: number,
): number =>
  rampUp('reference', epoch, weightMax ?? (distance === 'mse' ? 10 : 1), rampEpochs ?? epochs / 10);

export const meanTeacher: MethodDeclaration<MeanTeacherOptions> = {
  name: 'meanTeacher',
  title: 'Mean Teacher',
  citation: 'Tarvainen & Valpola, "Mean teachers are better role models", NeurIPS 2017.',
  basis: {
    certainty: 'releasedCode',
    note: 'Read from the official code; used here with labels for all samples.',
  },
  options: meanTeacherOptions,
  presets: {},
  stages: [{ name: 'training', title: 'training', defaults: () => ({}) }],
  models: ['student'],
  roles: () => [
    { id: 'student', kind: 'student' },
    { id: 'teacher', kind: 'teacher' },
  ],
  series: [
    termSeries(
      'consistency',
      'distance to the mean teacher',
      'mean over samples and classes of (softmax z − softmax g)², or KL',
      '',
    ),
    { tag: 'schedule/consistency', title: 'w', unit: '', formula: 'ramp-up weight of the consistency term' },
    { tag: 'schedule/alpha', title: 'α', unit: '', formula: 'min(1 − 1/(t+2), β)' },
  ],
  headline: () => ({ series: 'validation/best/top1', unit: '%', better: 'higher' }),
  networks: (_options, backbones, input) => {
    const student = backbones.get('student');
    if (!student) return [];
    const spec = plain(student, input);
    return [
      { name: 'student', spec, trained: true, passes: 1 },
      { name: 'teacher', spec, trained: false, passes: 1 },
    ];
  },
};
