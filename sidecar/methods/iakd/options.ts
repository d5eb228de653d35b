import { z } from 'zod';
import { plain, type Backbone, type Shape } from '../../models/spec.ts';
import { stagedNetwork } from '../../models/stages.spec.ts';
import type { MethodDeclaration, Objection } from '../declaration.ts';
import { temperature, termSeries, weight } from '../parts/common.options.ts';
import { ours, recalled } from '../parts/facts.options.ts';
import { misfit, pairsOf } from './pairs.spec.ts';

const probability = (value: number, description: string) =>
  z
    .number()
    .min(0)
    .max(1)
    .default(value)
    .meta({ description, paper: [ours(value)] });

export const iakdOptions = z
  .strictObject({
    name: z.literal('iakd'),
    granularity: z
      .enum(['block', 'stage'])
      .default('block')
      .meta({
        description: 'What is exchanged as one.',
        values: { block: 'every block of the student', stage: 'whole stages' },
        paper: [ours('block')],
      }),
    schedule: z
      .enum(['review', 'linear', 'uniform'])
      .default('review')
      .meta({
        description: 'How the probability of keeping a student block goes.',
        values: {
          uniform: 'constant',
          linear: 'rises over the stage',
          review: 'rises in every phase between learning-rate drops, and starts anew after each',
        },
        paper: [
          recalled(['uniform', 'linear', 'review'], 'IAKD; review is told to be the best'),
          ours('review'),
        ],
      }),
    p0: probability(0.5, 'Probability of keeping a student block with `uniform`.'),
    pStart: probability(0.5, 'The same at the start of the stage, or of each phase.'),
    pEnd: probability(1, 'The same at its end: 1 trains the pure student in the last epochs.'),
    phaseBoundaries: z
      .array(z.number().int().min(1))
      .nullable()
      .default(null)
      .meta({
        description: 'Epochs at which `review` starts anew; null = the milestones of the learning rate.',
        unit: 'epochs',
        paper: [recalled(null, 'IAKD: at the learning-rate drops')],
      }),
    teacherBn: z
      .enum(['frozen', 'batch'])
      .default('frozen')
      .meta({
        description: 'Statistics with which teacher blocks normalise.',
        values: { frozen: 'their stored ones', batch: 'the batch’s; the stored ones stay' },
        paper: [ours('frozen')],
      }),
    skippedUpdate: z
      .enum(['freeze', 'coast'])
      .default('freeze')
      .meta({
        description: 'What happens to student blocks that took no part in a step.',
        values: {
          freeze: 'nothing',
          coast: 'momentum and weight decay still act, with a gradient of zero',
        },
        paper: [ours('freeze')],
      }),
    adapters: z
      .boolean()
      .default(false)
      .meta({
        description: '1×1 convolutions around teacher blocks of another width, trained with the student.',
        paper: [ours(false, 'our extension: the sources tell of equal widths alone')],
      }),
    recalibrateBn: z
      .number()
      .int()
      .min(0)
      .max(100_000)
      .default(0)
      .meta({
        description:
          'Training samples with which the student’s statistics are measured anew before each evaluation; 0 = not at all.',
        unit: 'samples',
        paper: [ours(0)],
      }),
    kdWeight: weight(0, 'Weight of KD from the teacher to the hybrid’s answer.', [
      recalled(0, 'IAKD: needs no distillation term'),
    ]),
    temperature: temperature(4, [ours(4)], 'T of that term.'),
  })
  .meta({
    title: 'IAKD',
    description:
      'Interactive Knowledge Distillation: student blocks are exchanged for teacher blocks at random (Fu et al., Neurocomputing 2021, arXiv 2007.01476).',
  });

export type IakdOptions = z.infer<typeof iakdOptions>;

function objections(
  { granularity, adapters }: IakdOptions,
  teacher: Backbone,
  student: Backbone,
  input: Shape,
): Objection[] {
  try {
    const pairs = pairsOf(stagedNetwork(teacher, input), stagedNetwork(student, input), granularity);
    const problem = pairs.map((pair) => misfit(pair, adapters)).find((each) => each !== null);
    return problem === undefined
      ? []
      : [
          {
            path: ['models', 'student'],
            message: `Blocks cannot be exchanged: ${problem}.`,
            expected: adapters
              ? 'models of the same sizes'
              : 'models of the same widths, or method.adapters: true',
          },
        ];
  } catch (error) {
    return [
      {
        path: ['models', 'student'],
        message: (error as Error).message,
        expected: 'a teacher of the same stages with at least as many units',
      },
    ];
  }
}

export const iakd: MethodDeclaration<IakdOptions> = {
  name: 'iakd',
  title: 'IAKD',
  citation:
    'Fu, Li, Xu, Cheng & Liu, "Interactive Knowledge Distillation for Image Classification", Neurocomputing 2021, arXiv 2007.01476.',
  basis: {
    certainty: 'inferred',
    note: 'Abstract and short notes by others; no code of the authors. Schedules are recalled, most other choices are our reading, and all are options.',
  },
  options: iakdOptions,
  presets: {},
  stages: [
    { name: 'teacher', title: 'teacher', trains: 'teacher', defaults: () => ({}) },
    { name: 'interactive', title: 'interactive distillation', defaults: () => ({}) },
  ],
  models: ['teacher', 'student'],
  roles: () => [
    { id: 'teacher', kind: 'teacher' },
    { id: 'student', kind: 'student' },
    { id: 'swapped', kind: 'ensemble' },
  ],
  series: [
    termSeries('teacher', 'KD to the teacher', 'T² KL(teacher ‖ hybrid)'),
    {
      tag: 'schedule/keepProbability',
      title: 'p',
      unit: '',
      formula:
        'probability of keeping a student block; 1 − p is the probability of swapping in the teacher’s',
    },
    {
      tag: 'swapped/*',
      title: 'swapped in',
      unit: '',
      formula: '1: the teacher’s block stood in for the student’s; 0: it did not',
    },
  ],
  panels: [
    {
      id: 'gates',
      title: 'Which blocks were the teacher’s',
      kind: 'raster',
      series: ['swapped/*'],
      explanation:
        'A row for each block, a column for each logged step: marked where the teacher’s block stood in for the student’s.',
    },
    {
      id: 'swapped',
      title: 'Student, hybrid and all teacher blocks',
      kind: 'lines',
      unit: '%',
      series: ['validation/student/top1', 'validation/swapped/top1', 'train/hybrid/top1'],
      explanation:
        'The pure student, the student’s stem and classifier on nothing but teacher blocks, and the hybrid of each training step.',
    },
  ],
  headline: () => ({ series: 'validation/best/top1', unit: '%', better: 'higher' }),
  objections: (options, backbones, input) => {
    const [teacher, student] = [backbones.get('teacher'), backbones.get('student')];
    return teacher && student ? objections(options, teacher, student, input) : [];
  },
  ineffective: ({ schedule, kdWeight }) => [
    ...(schedule === 'uniform'
      ? [['pStart'], ['pEnd'], ['phaseBoundaries']].map((path) => ({ path, reason: 'schedule is uniform' }))
      : [{ path: ['p0'], reason: `schedule is ${schedule}` }]),
    ...(schedule === 'linear' ? [{ path: ['phaseBoundaries'], reason: 'schedule is linear' }] : []),
    ...(kdWeight === 0 ? [{ path: ['temperature'], reason: 'kdWeight is 0' }] : []),
  ],
  networks: (_options, backbones, input) =>
    [...backbones].map(([name, each]) => ({
      name,
      spec: plain(each, input),
      trained: name === 'student',
      passes: 1,
    })),
  paper: {
    'training.epochs': [ours(200)],
    'training.batchSize': [ours(128)],
    'optimizer.learningRate': [ours(0.1)],
    'optimizer.weightDecay': [ours(5e-4)],
    'schedule.milestones': [ours([100, 150])],
  },
};
