import { z } from 'zod';
import { plain } from '../../models/spec.ts';
import { stagedNetwork } from '../../models/stages.spec.ts';
import type { MethodDeclaration } from '../declaration.ts';
import { temperature, termSeries, weight } from '../parts/common.options.ts';
import { inCode, ours, recalled } from '../parts/facts.options.ts';

const MGD = 'Matching Guided Distillation, official code';
const BENCHMARK = 'CIFAR-100 distillation benchmark';

export const kcdOptions = z
  .strictObject({
    name: z.literal('kcd'),
    assignment: z
      .enum(['bipartite', 'greedySequential', 'greedyGlobal', 'random', 'identity', 'ridge', 'procrustes'])
      .default('bipartite')
      .meta({
        description: 'How teacher channels are given to student channels.',
        values: {
          bipartite: 'the cheapest map of all',
          greedySequential: 'channel after channel the cheapest that is left',
          greedyGlobal: 'again and again the cheapest pair that is left',
          random: 'drawn from the seed: a control',
          identity: 'by number: plain feature distillation',
          ridge: 'a linear map by ridge regression',
          procrustes: 'the best rotation',
        },
        paper: [
          recalled(
            ['bipartite', 'greedySequential', 'random', 'ridge'],
            'KCD: the kinds of maps that it compares',
          ),
          ours('bipartite'),
        ],
      }),
    cost: z
      .enum(['classProfile', 'correlation', 'spatial'])
      .default('classProfile')
      .meta({
        description: 'When two channels are alike.',
        values: {
          classProfile: 'when the classes excite them alike',
          correlation: 'when they rise and fall together over samples and places',
          spatial: 'when their maps look alike, sample by sample',
        },
        paper: [
          ours('classProfile', 'our reading of the abstract’s highest activated category'),
          inCode('spatial', MGD),
        ],
      }),
    alignAt: z
      .enum(['init', 'warmup', 'every'])
      .default('init')
      .meta({
        description: 'When channels are matched.',
        values: {
          init: 'once, with the student as it was drawn',
          warmup: 'once, after a stage of the student alone on labels',
          every: 'anew every alignEvery epochs',
        },
        paper: [recalled('init', 'KCD, by a source that cites it'), inCode('every', MGD)],
      }),
    alignEvery: z
      .number()
      .int()
      .min(1)
      .default(5)
      .meta({
        description: 'Epochs between matchings with `alignAt: every`.',
        unit: 'epochs',
        paper: [ours(5)],
      }),
    matchSamples: z
      .number()
      .int()
      .min(1)
      .max(10_000_000)
      .default(3200)
      .meta({
        description: 'Training samples by which channels are matched.',
        unit: 'samples',
        paper: [ours(3200, 'fifty batches of 64')],
      }),
    stages: z
      .array(z.number().int().min(1).max(16))
      .min(1)
      .nullable()
      .default(null)
      .meta({
        description: 'Stages whose features are distilled, counted from 1; null = the last two.',
        paper: [ours(null)],
      }),
    preRelu: z
      .boolean()
      .default(false)
      .meta({ description: 'Features before a stage’s last ReLU.', paper: [inCode(true, MGD), ours(false)] }),
    wider: z
      .enum(['drop', 'groupAmp'])
      .default('drop')
      .meta({
        description: 'What becomes of a wider teacher’s other channels.',
        values: {
          drop: 'they are left out',
          groupAmp: 'every student channel gets several, of which the value of the largest magnitude counts',
        },
        paper: [ours('drop'), inCode('groupAmp', MGD)],
      }),
    base: z
      .enum(['mse', 'partial', 'channelKl'])
      .default('mse')
      .meta({
        description: 'The distance of features.',
        values: {
          mse: 'mean squared difference',
          partial: 'the same where one of them is active',
          channelKl: 'KL divergence of softmax over channels, at each place',
        },
        paper: [ours('mse'), inCode('partial', MGD)],
      }),
    margin: z
      .number()
      .min(-1000)
      .max(0)
      .default(0)
      .meta({
        description: 'Least teacher value that `partial` asks for.',
        paper: [ours(0)],
      }),
    normalise: z
      .enum(['none', 'unitLength', 'batchNorm'])
      .default('none')
      .meta({
        description: 'What is done to features before they are compared.',
        values: {
          none: 'nothing',
          unitLength: 'each sample’s features get unit length, on both sides',
          batchNorm: 'batch norm on the student’s side, trained with it',
        },
        paper: [ours('none'), inCode('batchNorm', MGD)],
      }),
    ridge: z
      .number()
      .positive()
      .default(0.1)
      .meta({ description: 'λ of `assignment: ridge`.', paper: [ours(0.1)] }),
    featureWeight: weight(100, 'b, the weight of the feature term of each stage.', [
      ours(100, 'to be tuned'),
    ]),
    kdWeight: weight(0, 'a, the weight of KD to the teacher’s logits.', [ours(0), inCode(0.9, BENCHMARK)]),
    labelWeight: weight(1, 'Weight of the cross-entropy.', [ours(1), inCode(0.1, BENCHMARK)]),
    temperature: temperature(4, [inCode(4, BENCHMARK)]),
  })
  .meta({
    title: 'KCD-style channel matching',
    description:
      'Knowledge Consistent Distillation: teacher channels are re-ordered for the student before features are distilled (Han et al., arXiv 2103.16844).',
  });

export type KcdOptions = z.infer<typeof kcdOptions>;

/** 0-based stages whose features are compared, in teacher and student, counted from their ends where they have different numbers. */
export function comparedStages(
  { stages }: Pick<KcdOptions, 'stages'>,
  teacher: number,
  student: number,
): { readonly teacher: number; readonly student: number; readonly name: string }[] {
  const chosen = stages ?? [student - 1, student].filter((stage) => stage >= 1);
  return chosen.map((stage) => ({
    student: stage - 1,
    teacher: stage - 1 + teacher - student,
    name: `stage${stage}`,
  }));
}

export const kcd: MethodDeclaration<KcdOptions> = {
  name: 'kcd',
  title: 'KCD',
  citation:
    'Han, Gao, Wang, Li, Li & Wang, "Fixing the Teacher-Student Knowledge Discrepancy in Distillation", arXiv 2103.16844, 2021.',
  basis: {
    certainty: 'inferred',
    note: 'From the abstract and the list of matching strategies; cost, time of matching and weights are our reading, held up by the code of Matching Guided Distillation.',
  },
  options: kcdOptions,
  presets: {},
  stages: [
    { name: 'teacher', title: 'teacher', trains: 'teacher', defaults: () => ({}) },
    { name: 'warmup', title: 'student alone', defaults: () => ({ epochs: 1 }) },
    { name: 'distillation', title: 'distillation', defaults: () => ({}) },
  ],
  stageSteps: ({ alignAt }, stage, asked) => (stage === 'warmup' && alignAt !== 'warmup' ? 0 : asked),
  models: ['teacher', 'student'],
  roles: () => [
    { id: 'teacher', kind: 'teacher' },
    { id: 'student', kind: 'student' },
  ],
  series: [
    termSeries(
      'feature',
      'features',
      'mean of (F_S − F_T[map])² over all compared stages, or as `base` says',
      '',
    ),
    termSeries('teacher', 'KD to the teacher', 'T² KL(teacher ‖ student)'),
    {
      tag: 'matching/cost/*',
      title: 'cost of the map',
      unit: '',
      formula: 'mean over student channels of D[i, m(i)]',
    },
    {
      tag: 'matching/identityCost/*',
      title: 'cost by number',
      unit: '',
      formula: 'mean over student channels of D[i, i]',
    },
    {
      tag: 'matching/agreement/*',
      title: 'agreement',
      unit: '',
      formula: 'share of channels whose favourite class is their partner’s',
    },
    {
      tag: 'matching/agreementBefore/*',
      title: 'agreement by number',
      unit: '',
      formula: 'the same before channels were matched',
    },
  ],
  panels: [
    {
      id: 'agreement',
      title: 'Channels with one favourite class',
      kind: 'lines',
      unit: '',
      series: ['matching/agreement/*', 'matching/agreementBefore/*'],
      explanation:
        'Share of student channels whose most exciting class is that of their teacher channel, with the map and by number.',
    },
    {
      id: 'cost',
      title: 'Cost of the map',
      kind: 'lines',
      unit: '',
      series: ['matching/cost/*', 'matching/identityCost/*'],
      explanation: 'How unlike matched channels are, and how unlike they would be by number.',
    },
  ],
  headline: () => ({ series: 'validation/best/top1', unit: '%', better: 'higher' }),
  objections: (options, backbones, input) => {
    const [teacher, student] = [backbones.get('teacher'), backbones.get('student')];
    if (!teacher || !student) return [];
    const [other, own] = [stagedNetwork(teacher, input).stages, stagedNetwork(student, input).stages];
    const stages = comparedStages(options, other.length, own.length);
    const missing = stages.find((stage) => !own[stage.student] || !other[stage.teacher]);
    if (missing)
      return [
        {
          path: ['method', 'stages'],
          message: `${missing.name} is no stage of both networks: the student has ${own.length} and the teacher ${other.length}.`,
          expected: `numbers from ${Math.max(1, own.length - other.length + 1)} to ${own.length}`,
        },
      ];
    return stages.flatMap((stage) => {
      const [a = [], b = []] = [own[stage.student]?.output, other[stage.teacher]?.output];
      const [large, small] = [Math.max(a[0] ?? 1, b[0] ?? 1), Math.min(a[0] ?? 1, b[0] ?? 1)];
      if (a.length === b.length && (a.length === 1 || large % small === 0)) return [];
      return [
        {
          path: ['models', 'student'] as const,
          message: `At ${stage.name} the student gives [${a.join(', ')}] and the teacher [${b.join(', ')}]: sizes must be whole multiples.`,
          expected: 'models of similar resolution',
        },
      ];
    });
  },
  ineffective: ({ assignment, alignAt, base, kdWeight }) => {
    const free = assignment === 'identity' || assignment === 'random';
    const linear = assignment === 'ridge' || assignment === 'procrustes';
    return [
      ...(free || linear ? [{ path: ['cost'], reason: `assignment is ${assignment}` }] : []),
      ...(linear ? [{ path: ['wider'], reason: `assignment is ${assignment}` }] : []),
      ...(assignment === 'ridge' ? [] : [{ path: ['ridge'], reason: `assignment is ${assignment}` }]),
      ...(alignAt === 'every' ? [] : [{ path: ['alignEvery'], reason: `alignAt is ${alignAt}` }]),
      ...(base === 'partial' ? [] : [{ path: ['margin'], reason: `base is ${base}` }]),
      ...(kdWeight === 0 ? [{ path: ['temperature'], reason: 'kdWeight is 0' }] : []),
    ];
  },
  networks: (_options, backbones, input) =>
    [...backbones].map(([name, each]) => ({
      name,
      spec: plain(each, input),
      trained: name === 'student',
      passes: 1,
    })),
  paper: {
    'training.epochs': [inCode(240, BENCHMARK)],
    'training.batchSize': [inCode(64, BENCHMARK)],
    'optimizer.learningRate': [inCode(0.05, BENCHMARK)],
    'optimizer.weightDecay': [inCode(5e-4, BENCHMARK)],
    'schedule.milestones': [inCode([150, 180, 210], BENCHMARK)],
  },
};
