import { z } from 'zod';
import { plain, type Backbone, type Shape } from '../../models/spec.ts';
import { stagedNetwork } from '../../models/stages.spec.ts';
import { rearOf, singleBlock, transformLayers } from '../../models/transform.spec.ts';
import type { MethodDeclaration, NetworkUse, Objection } from '../declaration.ts';
import { numbered, termSeries, weight } from '../parts/common.options.ts';
import { inCode, ours, recalled } from '../parts/facts.options.ts';
import { studentOptions } from '../parts/student.options.ts';

const BENCHMARK = 'CIFAR-100 distillation benchmark';
const DERIVATIVE = 'SFT-KD-Recon, a derivative for MRI';

export const sftnOptions = z
  .strictObject({
    name: z.literal('sftn'),
    lambdaT: weight(1, 'λ_T, the weight of the teacher’s own cross-entropy.', [recalled(1, 'SFTN')]),
    lambdaKL: weight(3, 'λ_KL, the weight of branches agreeing with the teacher.', [
      recalled(3, 'SFTN; swept over 1, 3, 6, 10'),
    ]),
    lambdaCE: weight(1, 'λ_CE, the weight of the branches’ cross-entropy.', [recalled(1, 'SFTN')]),
    tau: z
      .number()
      .positive()
      .max(100)
      .default(1)
      .meta({
        description: 'Temperature at which branches agree with the teacher.',
        paper: [recalled(1, 'SFTN')],
      }),
    branchReduction: z
      .enum(['mean', 'sum'])
      .default('mean')
      .meta({
        description: 'How the branches’ terms are put together.',
        values: { mean: 'divided by their number', sum: 'added' },
        paper: [recalled('mean', 'SFTN'), inCode('mean', DERIVATIVE)],
      }),
    branchSharing: z
      .enum(['independent', 'shared'])
      .default('independent')
      .meta({
        description: 'Whether branches have the same student blocks.',
        values: { independent: 'each has its own', shared: 'one set of weights for all' },
        paper: [ours('independent'), inCode('shared', DERIVATIVE)],
      }),
    detachTeacherInKL: z
      .boolean()
      .default(false)
      .meta({
        description:
          'The teacher is a constant in the agreement term. It then learns from branches through its features alone.',
        paper: [inCode(false, DERIVATIVE)],
      }),
    klTauSquared: z
      .boolean()
      .default(false)
      .meta({ description: 'The agreement term carries tau².', paper: [ours(false)] }),
    identityWhenEqual: z
      .boolean()
      .default(false)
      .meta({
        description: 'No layers between teacher and branch where their shapes agree.',
        paper: [ours(false)],
      }),
    studentInit: z
      .enum(['scratch', 'branch1'])
      .default('scratch')
      .meta({
        description: 'Where the student starts.',
        values: {
          scratch: 'from its own draw',
          branch1: 'stages 2 to the last and the classifier from the first branch',
        },
        paper: [ours('scratch'), inCode('branch1', DERIVATIVE)],
      }),
    student: studentOptions({ labels: 0.1, teacher: 0.9, temperature: 4 }, (value) => [
      inCode(value, BENCHMARK),
    ]),
  })
  .meta({
    title: 'SFTN',
    description: 'Student-Friendly Teacher Networks (Park et al., NeurIPS 2021, arXiv 2102.07650).',
  });

export type SftnOptions = z.infer<typeof sftnOptions>;

/** Why stages of teacher and student cannot be paired. */
function pairing(
  teacher: Backbone,
  student: Backbone,
  input: Shape,
  identityWhenEqual: boolean,
): Objection[] {
  const [own, other] = [stagedNetwork(student, input).stages, stagedNetwork(teacher, input).stages];
  if (own.length !== other.length)
    return [
      {
        path: ['models', 'student'],
        message: `The teacher ${teacher.family} has ${other.length} stages and the student ${student.family} ${own.length}: branches continue teacher stages with the student's next one.`,
        expected: 'teacher and student with as many stages',
      },
    ];
  return own.slice(0, -1).flatMap((stage, index): Objection[] => {
    const from = other[index]?.output ?? [];
    if (transformLayers(from, stage.output, identityWhenEqual)) return [];
    return [
      {
        path: ['models', 'student'],
        message: `After stage ${index + 1} the teacher gives [${from.join(', ')}] and the student [${stage.output.join(', ')}]: sizes may be equal, twice or half as large.`,
        expected: 'models of similar resolution',
      },
    ];
  });
}

export const sftn: MethodDeclaration<SftnOptions> = {
  name: 'sftn',
  title: 'SFTN',
  citation:
    'Park, Cha, Jeong, Kim & Han, "Learning Student-Friendly Teacher Networks for Knowledge Distillation", NeurIPS 2021, arXiv 2102.07650.',
  basis: {
    certainty: 'inferred',
    note: 'Abstract, introduction, a full summary by others and a derivative’s code; no code of the authors. Weights are recalled, transforms and student start are our reading.',
  },
  options: sftnOptions,
  presets: {},
  stages: [
    // The cheaper variant starts from an ordinary teacher: give this stage epochs, or weights of a trained one.
    { name: 'plainTeacher', title: 'ordinary teacher', trains: 'teacher', defaults: () => ({ steps: 0 }) },
    { name: 'teacher', title: 'student-friendly teacher', defaults: () => ({}) },
    { name: 'distillation', title: 'distillation', defaults: () => ({}) },
  ],
  models: ['teacher', 'student'],
  roles: () => [
    { id: 'teacher', kind: 'teacher' },
    { id: 'student', kind: 'student' },
  ],
  series: [
    termSeries('agreement', 'branch against teacher', 'KL(softmax(z_T/τ) ‖ softmax(z_R/τ))'),
    termSeries('teacher', 'KD to the teacher', 'T² KL(teacher ‖ student)'),
  ],
  panels: [
    {
      id: 'branches',
      title: 'Student branches on the teacher',
      kind: 'lines',
      unit: '%',
      series: [...numbered('branch', 4).map((role) => `train/${role}/top1`), 'train/teacher/top1'],
      explanation:
        'Training accuracy of each branch beside the teacher’s: a teacher is friendly to the student when its branches follow it closely.',
    },
  ],
  headline: () => ({ series: 'validation/best/top1', unit: '%', better: 'higher' }),
  objections: ({ identityWhenEqual }, backbones, input) => {
    const [teacher, student] = [backbones.get('teacher'), backbones.get('student')];
    return teacher && student ? pairing(teacher, student, input, identityWhenEqual) : [];
  },
  networks: (options, backbones, input) => {
    const [teacher, student] = [backbones.get('teacher'), backbones.get('student')];
    if (!teacher || !student) return [];
    const staged = stagedNetwork(student, input);
    const shapes = stagedNetwork(teacher, input).stages.map(({ output }) => output);
    const attached = staged.stages.slice(0, -1);
    const transforms = attached.map((stage, index): NetworkUse => {
      const from = shapes[index] ?? [];
      const layers = transformLayers(from, stage.output, options.identityWhenEqual) ?? [];
      return {
        name: `transform${index + 1}`,
        spec: singleBlock('transform', from, 'transform', layers),
        trained: true,
        passes: 1,
      };
    });
    // A shared branch has one set of weights, which every transform enters.
    const isShared = options.branchSharing === 'shared';
    const branches = attached.slice(0, isShared ? 1 : attached.length).map((stage, index): NetworkUse => ({
      name: `branch${index + 1}`,
      spec: plain(rearOf(staged, index + 1, student.family), stage.output),
      trained: true,
      passes: isShared ? attached.length : 1,
    }));
    return [
      { name: 'teacher', spec: plain(teacher, input), trained: true, passes: 1 },
      ...transforms,
      ...branches,
      { name: 'student', spec: plain(student, input), trained: true, passes: 1 },
    ];
  },
  paper: {
    'stages.plainTeacher.epochs': [
      recalled(
        240,
        'SFTN, for the variant that starts from an ordinary teacher; 60 epochs of student-friendly training follow',
      ),
    ],
    'training.epochs': [recalled(240, 'SFTN, by a summary'), inCode(240, BENCHMARK)],
    'training.batchSize': [inCode(64, BENCHMARK)],
    'optimizer.learningRate': [inCode(0.05, BENCHMARK)],
    'optimizer.weightDecay': [inCode(5e-4, BENCHMARK)],
    'schedule.milestones': [inCode([150, 180, 210], BENCHMARK)],
  },
};
