import { branched } from '../../models/spec.ts';
import type { MethodDeclaration } from '../declaration.ts';
import { doubts, hints, ineffective } from './advice.options.ts';
import { dkelOptions, released, type DkelOptions } from './schema.options.ts';

export {
  distillationWeight,
  dkelOptions,
  ensembleWeight,
  rampLength,
  type DkelOptions,
} from './schema.options.ts';

const weighted = (name: string, title: string, formula: string) => ({
  tag: `train/*/loss/${name}`,
  title,
  unit: 'nats',
  formula,
});

export const dkel: MethodDeclaration<DkelOptions> = {
  name: 'dkel',
  title: 'DKEL',
  citation:
    'Shao & Chen, "Decoupled Knowledge with Ensemble Learning for Online Distillation", arXiv 2312.11218, 2023.',
  basis: {
    certainty: 'releasedCode',
    note: 'Read from the authors’ training code and the abstract; the body of the paper was not to be had. Where the code visibly does not do what the abstract describes, both are options.',
  },
  options: dkelOptions,
  presets: {
    dkel: {},
    'dkel-released': {
      rampShape: 'released',
      rampEpochs: 80,
      ema: { warmup: 'overwriteFirst' },
      initOffByOne: true,
      sharedHeadInit: true,
      selection: 'testMax',
    },
  },
  stages: [
    {
      name: 'teacherInit',
      title: 'teacher initialisation',
      defaults: ({ optimizer }) => ({
        steps: 1,
        optimizer: {
          name: 'sgd',
          learningRate: optimizer.learningRate / 100,
          momentum: 0,
          nesterov: false,
          weightDecay: optimizer.weightDecay,
        },
        schedule: { name: 'constant', warmupEpochs: 0 },
      }),
    },
    { name: 'distillation', title: 'distillation', defaults: () => ({}) },
  ],
  models: ['student'],
  roles: ({ peers }) => {
    const members = Array.from({ length: peers }, (_, index) => index + 1);
    return [
      ...members.map((member) => ({ id: `peer${member}`, kind: 'peer' as const })),
      { id: 'ensemble', kind: 'ensemble' as const },
      ...members.map((member) => ({ id: `teacher${member}`, kind: 'teacher' as const })),
      { id: 'teacherMean', kind: 'teacher' as const },
    ];
  },
  series: [
    weighted('peerEnsemble', 'KD to the peer ensemble', 'KD(z_j ‖ z_e)'),
    weighted('individual', 'KD to the other teachers, one by one', '1/(m−1) Σ_{k≠j} KD(z_j ‖ m_k)'),
    weighted('assembled', 'KD to the assembled other teachers', 'KD(z_j ‖ mean_{k≠j} m_k)'),
    { tag: 'schedule/omega', title: 'ω', unit: '', formula: 'ramp-up weight of all distillation terms' },
    { tag: 'schedule/lambda', title: 'λ', unit: '', formula: 'exp(−γ e), 0 below the cut-off' },
    { tag: 'schedule/alpha', title: 'α', unit: '', formula: 'EMA coefficient of this step' },
  ],
  headline: ({ selection }) => ({
    series: `${selection === 'testMax' ? 'test' : 'validation'}/teacherBest/top1`,
    unit: '%',
    better: 'higher',
  }),
  stageSteps: ({ teacherInit, initOffByOne }, stage, asked) => {
    if (stage !== 'teacherInit') return asked;
    return teacherInit === 'none' ? 0 : asked + Number(initOffByOne);
  },
  doubts,
  ineffective,
  hints,
  networks: ({ peers }, backbones, input, classes) => {
    const student = backbones.get('student');
    if (!student) return [];
    const names = Array.from({ length: peers }, (_, index) => `branch${index + 1}`);
    const spec = branched(student, input, names, { name: 'ensemble', classes });
    return [
      { name: 'student', spec, trained: true, passes: peers },
      { name: 'teacher', spec, trained: false, passes: peers },
    ];
  },
  paper: {
    'stages.teacherInit.steps': [released(1)],
    'training.epochs': [
      released(300, 'DKEL, training code: CIFAR-10 and CIFAR-100'),
      released(100, 'DKEL, training code: TinyImageNet'),
    ],
    'training.batchSize': [released(128)],
    'training.seed': [released(42, 'DKEL, training code: 0 for some runs on CIFAR-10')],
    'optimizer.name': [released('sgd')],
    'optimizer.learningRate': [released(0.1, 'DKEL, training code: SGD')],
    'optimizer.momentum': [released(0.9)],
    'optimizer.nesterov': [released(true)],
    'optimizer.weightDecay': [
      released(5e-4, 'DKEL, training code: every parameter, batch norm and biases too'),
    ],
    'schedule.name': [released('multiStep')],
    'schedule.milestones': [
      released([150, 225], 'DKEL, training code: CIFAR-10 and CIFAR-100'),
      released([30, 60], 'DKEL, training code: TinyImageNet'),
    ],
    'schedule.factor': [released(0.1)],
    'views.crop.padding': [released(4)],
    'views.flip': [released(true)],
  },
};
