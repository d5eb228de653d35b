import { z } from 'zod';
import { plain } from '../../models/spec.ts';
import type { MethodDeclaration } from '../declaration.ts';
import { temperature, termSeries } from '../parts/common.options.ts';
import { ours, published, recalled } from '../parts/facts.options.ts';

export const supervisionComplexityOptions = z
  .strictObject({
    name: z.literal('supervisionComplexity'),
    supervision: z
      .enum(['online', 'offline', 'reverse', 'shuffled', 'none'])
      .default('online')
      .meta({
        description: 'Which checkpoints of the teacher supervise the student.',
        values: {
          online: 'those of its own training, in order',
          offline: 'the last one alone: ordinary distillation',
          reverse: 'the last first: a control',
          shuffled: 'in an order drawn from the seed: a control',
          none: 'none: the student learns from labels',
        },
        paper: [published('online', 'Supervision complexity, abstract')],
      }),
    period: z
      .number()
      .int()
      .min(1)
      .max(1000)
      .default(1)
      .meta({
        description: 'Epochs of the teacher between two checkpoints.',
        unit: 'epochs',
        paper: [ours(1), recalled([1, 2, 4, 8, 16, 32, 64, 128], 'Supervision complexity, an ablation')],
      }),
    mapping: z
      .enum(['leading', 'lagged'])
      .default('leading')
      .meta({
        description: 'Which checkpoint belongs to an epoch of the student.',
        values: {
          leading: 'the next one, so that nobody learns from random weights',
          lagged: 'the one of that epoch; the first is the untrained teacher',
        },
        paper: [ours('leading')],
      }),
    temperature: temperature(
      4,
      [recalled([1, 4], 'Supervision complexity: both are compared')],
      'T, of teacher and student.',
    ),
    alpha: z
      .number()
      .min(0)
      .max(1)
      .default(1)
      .meta({
        description: 'Weight of the teacher; 1 − α goes to the labels.',
        paper: [recalled(1, 'Supervision complexity: the teacher alone')],
      }),
    temperatureSquared: z
      .boolean()
      .default(true)
      .meta({
        description: 'The teacher’s term carries T².',
        paper: [ours(true)],
      }),
    measure: z
      .strictObject({
        examples: z
          .number()
          .int()
          .min(0)
          .max(1024)
          .default(8)
          .meta({
            description:
              'Held-out examples of which the student’s tangent kernel is made at each evaluation; 0 = it is not measured. Takes a backward pass for each class of each.',
            unit: 'examples',
            paper: [
              ours(8, 'small enough for a laptop'),
              recalled(1000, 'Supervision complexity: a few thousand, two classes'),
            ],
          }),
        jitter: z
          .number()
          .min(0)
          .max(1)
          .default(1e-6)
          .meta({
            description: 'Added to the kernel’s diagonal, as a share of its mean.',
            paper: [ours(1e-6)],
          }),
      })
      .prefault({})
      .meta({ description: 'The adjusted supervision complexity while the student trains.' }),
  })
  .meta({
    title: 'Supervision complexity',
    description:
      'Online distillation from teacher checkpoints, and how complex each supervision is to the student’s tangent kernel (Harutyunyan et al., ICLR 2023, arXiv 2301.12245).',
  });

export type SupervisionComplexityOptions = z.infer<typeof supervisionComplexityOptions>;

export const supervisionComplexity: MethodDeclaration<SupervisionComplexityOptions> = {
  name: 'supervisionComplexity',
  title: 'Supervision complexity',
  citation:
    'Harutyunyan, Rawat, Menon, Kim & Kumar, "Supervision Complexity and its Role in Knowledge Distillation", ICLR 2023, arXiv 2301.12245.',
  basis: {
    certainty: 'inferred',
    note: 'The idea is from the abstract; formulas of the measure are recalled and tested against their own algebra, the alignment of checkpoints is our reading. No code of the authors was found.',
  },
  options: supervisionComplexityOptions,
  presets: {},
  stages: [
    { name: 'teacher', title: 'teacher', defaults: () => ({}) },
    { name: 'student', title: 'student', defaults: () => ({}) },
  ],
  models: ['teacher', 'student'],
  roles: () => [
    { id: 'teacher', kind: 'teacher' },
    { id: 'student', kind: 'student' },
  ],
  series: [
    termSeries('supervision', 'KD to the teacher’s checkpoint', 'T² KL(checkpoint ‖ student)'),
    {
      tag: 'supervision/checkpoint',
      title: 'checkpoint',
      unit: '',
      formula: 'number of the teacher checkpoint that supervises; 0 is the untrained one',
    },
    {
      tag: 'supervision/lag',
      title: 'lag',
      unit: 'epochs',
      formula: 'epochs that the checkpoint is behind the student; negative: ahead',
    },
    {
      tag: 'complexity/*',
      title: 'adjusted supervision complexity',
      unit: '',
      formula: '√(rᵀK⁻¹r · tr K)/n of the residual r = target − f(X); labels one-hot, teachers softened',
    },
  ],
  panels: [
    {
      id: 'complexity',
      title: 'Adjusted supervision complexity',
      kind: 'lines',
      unit: '',
      certainty: 'recalled',
      series: ['complexity/labels', 'complexity/offline', 'complexity/supervisor'],
      explanation:
        'How hard labels, the final teacher and the present checkpoint are for the student’s tangent kernel at that time; lower is easier to learn well.',
    },
    {
      id: 'checkpoint',
      title: 'Checkpoint that supervises',
      kind: 'lines',
      unit: '',
      series: ['supervision/checkpoint', 'supervision/lag'],
      explanation:
        'Which of the teacher’s checkpoints the student sees, and how many epochs it is behind the student.',
    },
  ],
  headline: () => ({ series: 'validation/best/top1', unit: '%', better: 'higher' }),
  ineffective: ({ supervision, measure }) => [
    ...(supervision === 'none'
      ? ['period', 'mapping', 'temperature', 'alpha', 'temperatureSquared'].map((key) => ({
          path: [key],
          reason: 'supervision is none',
        }))
      : []),
    ...(supervision === 'offline' ? [{ path: ['mapping'], reason: 'supervision is offline' }] : []),
    ...(measure.examples === 0 ? [{ path: ['measure', 'jitter'], reason: 'measure.examples is 0' }] : []),
  ],
  networks: (_options, backbones, input) =>
    [...backbones].map(([name, each]) => ({ name, spec: plain(each, input), trained: true, passes: 1 })),
};
