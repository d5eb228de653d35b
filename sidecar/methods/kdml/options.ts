import { z } from 'zod';
import { plain } from '../../models/spec.ts';
import type { MethodDeclaration } from '../declaration.ts';
import { members, numbered, temperature, termSeries, weight } from '../parts/common.options.ts';
import { inCode, ours, published } from '../parts/facts.options.ts';

const SIBLING = 'a sibling paper’s code by the same first author';
const DML = 'DML, official code';

export const kdmlOptions = z
  .strictObject({
    name: z.literal('kdml'),
    preset: z
      .enum(['kdml', 'kd', 'ml', 'independent'])
      .default('kdml')
      .meta({
        description: 'The arms of the comparison.',
        values: {
          kdml: 'labels, teacher and peers: 0.4, 0.3, 0.3',
          kd: 'labels and teacher: 0.5, 0.5, 0',
          ml: 'labels and peers: 1, 0, 1',
          independent: 'labels alone',
        },
      }),
    peers: members('students', 2, 1, 'Students K, called student1 … under `models`.', [ours(2)]),
    alpha: weight(0.4, 'α, the weight of the labels.', [inCode(0.1, SIBLING), ours(0.4)]),
    beta: weight(0.3, 'β, the weight of KD to the teacher.', [inCode(0.9, SIBLING), ours(0.3)]),
    gamma: weight(0.3, 'γ, the weight of KD to the other students, averaged over them.', [
      inCode(1, DML),
      ours(0.3),
    ]),
    temperature: temperature(1, [inCode(1, `${SIBLING}, ${DML}`)]),
    update: z
      .enum(['synchronous', 'sequential'])
      .default('synchronous')
      .meta({
        description: 'When students see each other’s updates.',
        values: {
          synchronous: 'all learn from the same predictions',
          sequential: 'each learns from predictions made anew after the updates before it',
        },
        paper: [ours('synchronous')],
      }),
    teacher: z
      .enum(['online', 'pretrained'])
      .default('online')
      .meta({
        description: 'How the teacher is trained; students never move it.',
        values: {
          online: 'together with the students',
          pretrained: 'first, in a stage of its own, then frozen',
        },
        paper: [published('online', 'KDML, abstract')],
      }),
    ensemble: z
      .enum(['probabilities', 'logits', 'votes'])
      .default('probabilities')
      .meta({
        description: 'How the students answer together.',
        values: {
          probabilities: 'mean of their probabilities',
          logits: 'mean of their logits',
          votes: 'majority; ties go to the higher mean probability',
        },
        paper: [ours('probabilities')],
      }),
  })
  .meta({
    title: 'KDML',
    description:
      'Knowledge distillation augmented with peer-to-peer mutual learning (Niyaz & Bathula, ISBI 2022, arXiv 2110.11023).',
  });

export type KdmlOptions = z.infer<typeof kdmlOptions>;

export const kdml: MethodDeclaration<KdmlOptions> = {
  name: 'kdml',
  title: 'KDML',
  citation:
    'Niyaz & Bathula, "Augmenting Knowledge Distillation With Peer-To-Peer Mutual Learning For Model Compression", ISBI 2022, arXiv 2110.11023.',
  basis: {
    certainty: 'inferred',
    note: 'Structure and tasks are from the abstract; weights, temperature and networks are our reading, held up by a sibling paper’s code and by the code of DML.',
  },
  options: kdmlOptions,
  presets: {
    kdml: {},
    kd: { alpha: 0.5, beta: 0.5, gamma: 0 },
    ml: { alpha: 1, beta: 0, gamma: 1 },
    independent: { alpha: 1, beta: 0, gamma: 0 },
  },
  stages: [
    { name: 'teacher', title: 'teacher', trains: 'teacher', defaults: () => ({}) },
    { name: 'cohort', title: 'students', defaults: () => ({}) },
  ],
  stageSteps: ({ teacher }, stage, asked) => (stage === 'teacher' && teacher === 'online' ? 0 : asked),
  models: ['teacher', 'student1', 'student2'],
  modelNames: ({ peers }) => ['teacher', ...numbered('student', peers)],
  roles: ({ peers }) => [
    { id: 'teacher', kind: 'teacher' as const },
    ...numbered('student', peers).map((id) => ({ id, kind: 'student' as const })),
    { id: 'ensemble', kind: 'ensemble' as const },
  ],
  series: [
    termSeries('teacher', 'KD to the teacher', 'T² KL(teacher ‖ student)'),
    termSeries('mutual', 'KD to the other students', 'T² · mean over j≠k of KL(student j ‖ student k)'),
  ],
  headline: () => ({ series: 'validation/ensemble/top1', unit: '%', better: 'higher' }),
  ineffective: ({ peers, gamma, beta, teacher }) => [
    ...(peers === 1 && gamma > 0 ? [{ path: ['gamma'], reason: 'a single student has no peers' }] : []),
    ...(beta === 0 && teacher === 'pretrained'
      ? [{ path: ['teacher'], reason: 'beta is 0: nobody learns from the teacher' }]
      : []),
  ],
  networks: ({ teacher }, backbones, input) =>
    [...backbones].map(([name, each]) => ({
      name,
      spec: plain(each, input),
      trained: name !== 'teacher' || teacher === 'online',
      passes: 1,
    })),
  paper: {
    'optimizer.name': [inCode('adam', SIBLING)],
    'optimizer.learningRate': [inCode(1e-4, `${SIBLING}: fine-tuning`), ours(1e-3, 'from scratch')],
    'training.epochs': [inCode(200, `${SIBLING}: at most`)],
    'training.batchSize': [inCode(8, SIBLING)],
  },
};
