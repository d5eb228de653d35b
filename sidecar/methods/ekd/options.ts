import { z } from 'zod';
import { plain, type Backbone, type Shape } from '../../models/spec.ts';
import { stagedNetwork, type StagedNetwork } from '../../models/stages.spec.ts';
import type { MethodDeclaration } from '../declaration.ts';
import { numbered, temperature, termSeries, weight } from '../parts/common.options.ts';
import { inCode, ours } from '../parts/facts.options.ts';
import { guideSpec } from './guide.spec.ts';

const ANALOGUE = 'Be Your Own Teacher, a public re-implementation';
const BENCHMARK = 'CIFAR-100 distillation benchmark';

export const ekdOptions = z
  .strictObject({
    name: z.literal('ekd'),
    temperature: temperature(3, [inCode(3, ANALOGUE)]),
    labelWeight: weight(1, 'Weight of the student’s cross-entropies.', [ours(1), inCode(0.9, ANALOGUE)]),
    kdWeight: weight(1, 'Weight of KD from the teacher’s heads.', [ours(1), inCode(0.1, ANALOGUE)]),
    featureWeight: weight(0.5, 'Weight of the mean squared difference of guided features.', [
      ours(0.5),
      inCode(1e-6, `${ANALOGUE}: of a sum`),
    ]),
    teacherGuides: z
      .enum(['sameLevel', 'shared'])
      .default('sameLevel')
      .meta({
        description: 'From which head of the teacher a head of the student learns.',
        values: { sameLevel: 'the one of its level', shared: 'always the final one' },
        paper: [ours('sameLevel')],
      }),
    order: z
      .enum(['simultaneous', 'teacherFirst'])
      .default('simultaneous')
      .meta({
        description: 'Which teacher the student sees in a step.',
        values: {
          simultaneous: 'the one before its update: one pass',
          teacherFirst: 'the one after its update: another pass',
        },
        paper: [ours('simultaneous')],
      }),
    guide: z
      .enum(['full', 'light'])
      .default('full')
      .meta({
        description: 'What a guided module is.',
        values: { full: 'a bottleneck of three convolutions', light: 'a 1×1 convolution' },
        paper: [inCode('full', ANALOGUE)],
      }),
    guideWidth: z
      .number()
      .int()
      .min(1)
      .max(4096)
      .nullable()
      .default(null)
      .meta({
        description: 'Length of guided features; null = the channels of the student’s last stage.',
        unit: 'channels',
        paper: [ours(null)],
      }),
    trainTeacherFromStudent: z
      .boolean()
      .default(false)
      .meta({
        description: 'The teacher learns from the student too, as an ablation toward mutual learning.',
        paper: [ours(false, 'our reading: the teacher is not moved by the student')],
      }),
  })
  .meta({
    title: 'EKD',
    description:
      'Evolutionary Knowledge Distillation: an online teacher with guided modules (Zhang et al., IEEE TCSVT 2022, arXiv 2103.13811).',
  });

export type EkdOptions = z.infer<typeof ekdOptions>;

/** Stages of both networks that get a module, paired from the end; the last stage's head is the classifier itself. */
export function guidedPairs(
  teacher: StagedNetwork,
  student: StagedNetwork,
): { readonly teacher: number; readonly student: number }[] {
  const count = Math.min(teacher.stages.length, student.stages.length) - 1;
  return Array.from({ length: count }, (_, index) => ({
    teacher: teacher.stages.length - 1 - count + index,
    student: student.stages.length - 1 - count + index,
  }));
}

/** Specs of the modules on the given stages of a network. */
export const guideSpecs = (
  { guide, guideWidth }: Pick<EkdOptions, 'guide' | 'guideWidth'>,
  of: StagedNetwork,
  stages: readonly number[],
  width: number,
  classes: number,
) => {
  const [last = 1] = of.stages.at(-1)?.output ?? [];
  return stages.map((stage) =>
    guideSpec(guide, of.stages[stage]?.output ?? [], last, guideWidth ?? width, classes),
  );
};

export const lastWidth = (backbone: Backbone, input: Shape): number =>
  stagedNetwork(backbone, input).stages.at(-1)?.output.at(-1) ?? 1;

export const ekd: MethodDeclaration<EkdOptions> = {
  name: 'ekd',
  title: 'EKD',
  citation:
    'Zhang, Zhang, Li, Zeng & Ge, "Student Network Learning via Evolutionary Knowledge Distillation", IEEE TCSVT 32(4), 2022, arXiv 2103.13811.',
  basis: {
    certainty: 'inferred',
    note: 'From the abstract: the teacher learns online, and guided modules lie between corresponding blocks. Loss terms, weights and the modules’ layout are our reading.',
  },
  options: ekdOptions,
  presets: {},
  stages: [{ name: 'training', title: 'training', defaults: () => ({}) }],
  models: ['teacher', 'student'],
  roles: () => [
    { id: 'teacher', kind: 'teacher' },
    { id: 'student', kind: 'student' },
  ],
  series: [
    termSeries('distillation', 'KD to the teacher’s head of that level', 'T² KL(teacher ‖ student)'),
    termSeries('feature', 'guided features', 'mean of (f_S − f_T)²', ''),
  ],
  panels: [
    {
      id: 'gap',
      title: 'Teacher ahead of student',
      kind: 'lines',
      unit: '%',
      series: ['validation/teacher/top1', 'validation/student/top1'],
      certainty: 'published',
      explanation: 'The method’s premise is that an online teacher is never far ahead of the student.',
    },
    {
      id: 'guides',
      title: 'Guided heads',
      kind: 'lines',
      unit: '%',
      series: ['studentGuide', 'teacherGuide'].flatMap((role) =>
        numbered(role, 4).map((each) => `train/${each}/top1`),
      ),
      explanation: 'Training accuracy of the guided modules of both networks, by level.',
    },
  ],
  headline: () => ({ series: 'validation/best/top1', unit: '%', better: 'higher' }),
  networks: (options, backbones, input, classes) => {
    const [teacher, student] = [backbones.get('teacher'), backbones.get('student')];
    if (!teacher || !student) return [];
    const [own, other] = [stagedNetwork(student, input), stagedNetwork(teacher, input)];
    const pairs = guidedPairs(other, own);
    const width = lastWidth(student, input);
    const uses = (name: string, of: StagedNetwork, stages: number[]) =>
      guideSpecs(options, of, stages, width, classes).map((spec, index) => ({
        name: numbered(name, index + 1).at(-1) ?? name,
        spec,
        trained: true,
        passes: 1,
      }));
    return [
      { name: 'teacher', spec: plain(teacher, input), trained: true, passes: 1 },
      ...uses(
        'teacherGuide',
        other,
        pairs.map((pair) => pair.teacher),
      ),
      { name: 'student', spec: plain(student, input), trained: true, passes: 1 },
      ...uses(
        'studentGuide',
        own,
        pairs.map((pair) => pair.student),
      ),
    ];
  },
  paper: {
    'training.epochs': [inCode(200, ANALOGUE), inCode(240, BENCHMARK)],
    'training.batchSize': [inCode(128, ANALOGUE), inCode(64, BENCHMARK)],
    'optimizer.learningRate': [inCode(0.1, ANALOGUE), inCode(0.05, BENCHMARK)],
    'optimizer.weightDecay': [inCode(5e-4, `${ANALOGUE}, ${BENCHMARK}`)],
    'schedule.milestones': [inCode([75, 130, 180], ANALOGUE), inCode([150, 180, 210], BENCHMARK)],
  },
};
