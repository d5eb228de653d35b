import { z } from 'zod';
import { plain, type Backbone, type NetworkSpec, type Shape } from '../../models/spec.ts';
import { stagedNetwork, type StageSpec } from '../../models/stages.spec.ts';
import type { MethodDeclaration } from '../declaration.ts';
import { numbered, temperature, termSeries } from '../parts/common.options.ts';
import { inCode, ours } from '../parts/facts.options.ts';

const CODE = 'DIH, official code and README';

export const dihOptions = z
  .strictObject({
    name: z.literal('dih'),
    attachPoints: z
      .array(z.number().int().min(1).max(16))
      .min(1)
      .nullable()
      .default(null)
      .meta({
        description: 'Stages of the teacher, counted from 1, that get a head; null = every stage.',
        paper: [inCode(null, CODE)],
      }),
    headType: z
      .enum(['flattenDense', 'gapDense'])
      .default('flattenDense')
      .meta({
        description: 'What a head is.',
        values: {
          flattenDense: 'a dense layer on the whole feature map',
          gapDense: 'a dense layer on its mean over space: far smaller, and a deviation',
        },
        paper: [inCode('flattenDense', CODE)],
      }),
    temperature: temperature(5, [inCode(5, CODE)]),
    alpha: z
      .number()
      .min(0)
      .max(1)
      .default(0.1)
      .meta({
        description: 'Weight of KD to each member; 1 − α goes to the labels, once per member.',
        paper: [inCode(0.1, CODE)],
      }),
    alphas: z
      .record(z.string().regex(/^(?:teacher|head\d+)$/u, 'teacher or head1 …'), z.number().min(0).max(1))
      .default({})
      .meta({
        description:
          'Another α for single members, by role; a member with 0 is left out with its share of the labels.',
        paper: [inCode({}, `${CODE}: a table per member is possible`)],
      }),
    cohortReduction: z
      .enum(['sum', 'mean'])
      .default('sum')
      .meta({
        description: 'How the members’ losses are put together.',
        values: { sum: 'added: k + 1 times the loss of plain KD', mean: 'divided by their number' },
        paper: [inCode('sum', CODE)],
      }),
    selection: z
      .enum(['validationLoss', 'last'])
      .default('validationLoss')
      .meta({
        description: 'Which weights of each head go on.',
        values: { validationLoss: 'those of its lowest validation loss', last: 'the last' },
        paper: [
          inCode('validationLoss', `${CODE}: on the test set, which is not done here`),
          ours('validationLoss'),
        ],
      }),
  })
  .meta({
    title: 'DIH',
    description:
      'Distilling knowledge via intermediate classifier heads (Asadian & Salehi-Abari, arXiv 2103.00497).',
  });

export type DihOptions = z.infer<typeof dihOptions>;

/** A head on a feature map. */
export const headSpec = (features: Shape, classes: number, type: DihOptions['headType']): NetworkSpec => ({
  family: 'head',
  input: features,
  trunk: [],
  branches: [
    {
      name: 'main',
      blocks:
        features.length === 1
          ? []
          : [
              {
                name: 'pool',
                layers: [{ kind: type === 'flattenDense' ? 'flatten' : 'globalAveragePool' }],
              },
            ],
      head: { name: 'head', layers: [{ kind: 'dense', units: classes }] },
    },
  ],
  joins: [],
});

/** Stages that get a head, with their 0-based index. */
export const attached = (
  { attachPoints }: Pick<DihOptions, 'attachPoints'>,
  teacher: Backbone,
  input: Shape,
): { readonly index: number; readonly stage: StageSpec }[] =>
  stagedNetwork(teacher, input)
    .stages.map((stage, index) => ({ index, stage }))
    .filter(({ index }) => attachPoints === null || attachPoints.includes(index + 1));

export const dih: MethodDeclaration<DihOptions> = {
  name: 'dih',
  title: 'DIH',
  citation:
    'Asadian & Salehi-Abari, "Distilling Knowledge via Intermediate Classifiers", arXiv 2103.00497, 2021.',
  basis: {
    certainty: 'releasedCode',
    note: 'Read from the official code and its README; results of the paper were not to be had.',
  },
  options: dihOptions,
  presets: {},
  stages: [
    { name: 'teacher', title: 'teacher', trains: 'teacher', defaults: () => ({}) },
    { name: 'heads', title: 'intermediate heads', defaults: () => ({}) },
    { name: 'student', title: 'co-teaching', defaults: () => ({}) },
  ],
  models: ['teacher', 'student'],
  roles: ({ attachPoints }) => [
    { id: 'teacher', kind: 'teacher' as const },
    ...(attachPoints?.map((point) => `head${point}`) ?? numbered('head', 3)).map((id) => ({
      id,
      kind: 'teacher' as const,
    })),
    { id: 'student', kind: 'student' as const },
  ],
  series: ['teacher', ...numbered('head', 6)].map((role) =>
    termSeries(role, `KD to ${role}`, `τ² KL(${role} ‖ student)`),
  ),
  panels: [
    {
      id: 'heads',
      title: 'Accuracy by depth of the head',
      kind: 'lines',
      unit: '%',
      series: [...numbered('head', 6).map((role) => `validation/${role}/top1`), 'validation/teacher/top1'],
      explanation: 'Validation accuracy of each head and of the teacher; it normally rises with depth.',
    },
  ],
  headline: () => ({ series: 'validation/best/top1', unit: '%', better: 'higher' }),
  objections: ({ attachPoints }, backbones, input) => {
    const teacher = backbones.get('teacher');
    const count = teacher ? stagedNetwork(teacher, input).stages.length : 0;
    const beyond = attachPoints?.find((point) => point > count);
    return beyond === undefined
      ? []
      : [
          {
            path: ['method', 'attachPoints'],
            message: `The teacher ${teacher?.family ?? ''} has ${count} stages, so there is no stage ${beyond} for a head.`,
            expected: `numbers from 1 to ${count}`,
          },
        ];
  },
  networks: (options, backbones, input, classes) => {
    const [teacher, student] = [backbones.get('teacher'), backbones.get('student')];
    if (!teacher || !student) return [];
    return [
      { name: 'teacher', spec: plain(teacher, input), trained: false, passes: 1 },
      ...attached(options, teacher, input).map(({ index, stage }) => ({
        name: `head${index + 1}`,
        spec: headSpec(stage.output, classes, options.headType),
        trained: true,
        passes: 1,
      })),
      { name: 'student', spec: plain(student, input), trained: true, passes: 1 },
    ];
  },
  paper: {
    'training.epochs': [inCode(200, CODE), inCode(240, 'DIH, later code')],
    'training.batchSize': [inCode(64, CODE), inCode(128, 'DIH, later code')],
    'optimizer.learningRate': [inCode(0.1, CODE), inCode(0.05, 'DIH, later code')],
    'optimizer.nesterov': [inCode(true, CODE)],
    'optimizer.weightDecay': [inCode(5e-4, CODE)],
    'schedule.milestones': [inCode([60, 120, 180], CODE)],
    'schedule.factor': [inCode(0.2, 'DIH, code; its README says 0.1')],
  },
};
