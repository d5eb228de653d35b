import { z } from 'zod';
import { plain } from '../../models/spec.ts';
import type { MethodDeclaration } from '../declaration.ts';
import { termSeries, weight } from '../parts/common.options.ts';
import { inCode, ours, recalled } from '../parts/facts.options.ts';
import { studentOptions } from '../parts/student.options.ts';

const CODE = 'SoTeacher, official code: CIFAR-100';

export const soteacherOptions = z
  .strictObject({
    name: z.literal('soteacher'),
    preset: z
      .enum(['soteacher', 'lipschitz', 'consistency', 'standard'])
      .default('soteacher')
      .meta({
        description: 'The arms of the comparison.',
        values: {
          soteacher: 'both regularisers',
          lipschitz: 'Lipschitz regularisation alone',
          consistency: 'consistency regularisation alone',
          standard: 'neither: an ordinary teacher',
        },
      }),
    lambdaLR: weight(1e-5, 'λ_LR, the weight of the Lipschitz term.', [
      inCode(1e-5, CODE),
      recalled(1e-6, 'SoTeacher, larger data sets'),
    ]),
    lambdaCR: weight(1, 'Highest λ_CR, the weight of the consistency term.', [
      inCode(1, CODE),
      recalled(1e-2, 'SoTeacher, larger data sets'),
    ]),
    crSchedule: z
      .enum(['linear', 'cosine', 'cycle', 'step', 'none'])
      .default('linear')
      .meta({
        description: 'How λ_CR rises; it is 0 in the first epoch.',
        values: {
          linear: 'λ · e/E',
          cosine: 'λ · cos((1 − e/E) π/2)',
          cycle: 'λ · √(1 − (1 − e/E)²)',
          step: '0, then λ from crStartAt on',
          none: 'λ from the second epoch on',
        },
        paper: [inCode('linear', CODE)],
      }),
    crStartAt: z
      .number()
      .int()
      .min(0)
      .default(50)
      .meta({
        description: 'Epochs before λ_CR of `step` begins.',
        unit: 'epochs',
        paper: [inCode(50, CODE)],
      }),
    historyMode: z
      .enum(['code', 'exactMean'])
      .default('code')
      .meta({
        description: 'How earlier predictions of a sample are averaged.',
        values: {
          code: 'the first counts twice, as in the released code',
          exactMean: 'all count alike',
        },
        paper: [inCode('code', CODE), recalled('exactMean', 'SoTeacher, in words')],
      }),
    student: studentOptions({ labels: 0.5, teacher: 0.5, temperature: 4 }, (value) => [
      inCode(value, 'SoTeacher, run script'),
    ]),
  })
  .meta({
    title: 'SoTeacher',
    description:
      'Student-oriented teacher training by Lipschitz and consistency regularisation (Dong, Liu & Shang, ICLR 2024, arXiv 2206.06661).',
  });

export type SoteacherOptions = z.infer<typeof soteacherOptions>;

/** λ_CR at a 1-based epoch of E. */
export function consistencyWeight(
  { lambdaCR, crSchedule, crStartAt }: Pick<SoteacherOptions, 'lambdaCR' | 'crSchedule' | 'crStartAt'>,
  epoch: number,
  epochs: number,
): number {
  if (epoch <= 1) return 0;
  const left = 1 - Math.min(1, epoch / epochs);
  switch (crSchedule) {
    case 'linear':
      return lambdaCR * (1 - left);
    case 'cosine':
      return lambdaCR * Math.cos((left * Math.PI) / 2);
    case 'cycle':
      return lambdaCR * Math.sqrt(1 - left ** 2);
    case 'step':
      return epoch - 1 < crStartAt ? 0 : lambdaCR;
    case 'none':
      return lambdaCR;
  }
}

export const soteacher: MethodDeclaration<SoteacherOptions> = {
  name: 'soteacher',
  title: 'SoTeacher',
  citation:
    'Dong, Liu & Shang, "Toward Student-Oriented Teacher Network Training for Knowledge Distillation", ICLR 2024, arXiv 2206.06661.',
  basis: {
    certainty: 'releasedCode',
    note: 'Every formula is read from the official code; its optional weight averaging and ranking loss are not built.',
  },
  options: soteacherOptions,
  presets: {
    soteacher: {},
    lipschitz: { lambdaCR: 0 },
    consistency: { lambdaLR: 0 },
    standard: { lambdaLR: 0, lambdaCR: 0 },
  },
  stages: [
    { name: 'teacher', title: 'teacher', trains: 'teacher', defaults: () => ({}) },
    { name: 'distillation', title: 'distillation', defaults: () => ({}) },
  ],
  models: ['teacher', 'student'],
  roles: () => [
    { id: 'teacher', kind: 'teacher' },
    { id: 'student', kind: 'student' },
  ],
  series: [
    termSeries(
      'lipschitz',
      'Lipschitz term',
      'Σ|conv| + max|γ|/√(var+ε) per batch norm + max row sum per dense layer',
      '',
    ),
    termSeries('consistency', 'consistency term', 'mean of Σ_c (softmax(z)_c − S_c)²', ''),
    termSeries('teacher', 'KD to the teacher', 'T² KL(teacher ‖ student)'),
    {
      tag: 'schedule/consistency',
      title: 'λ_CR',
      unit: '',
      formula: '0 in the first epoch, then as `crSchedule` says',
    },
  ],
  headline: () => ({ series: 'validation/best/top1', unit: '%', better: 'higher' }),
  ineffective: ({ crSchedule, lambdaCR }) =>
    lambdaCR === 0
      ? [['crSchedule'], ['crStartAt'], ['historyMode']].map((path) => ({ path, reason: 'lambdaCR is 0' }))
      : crSchedule === 'step'
        ? []
        : [{ path: ['crStartAt'], reason: `crSchedule is ${crSchedule}` }],
  networks: (_options, backbones, input) =>
    [...backbones].map(([name, each]) => ({ name, spec: plain(each, input), trained: true, passes: 1 })),
  paper: {
    'training.epochs': [inCode(240, CODE)],
    'training.batchSize': [inCode(64, CODE)],
    'optimizer.learningRate': [inCode(0.05, CODE)],
    'optimizer.nesterov': [inCode(false, CODE)],
    'optimizer.weightDecay': [inCode(5e-4, CODE)],
    'schedule.milestones': [inCode([150, 180, 210], CODE)],
    'training.validation': [ours(0.1, 'the released code has no validation split')],
  },
};
