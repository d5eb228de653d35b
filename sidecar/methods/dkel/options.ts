import { z } from 'zod';
import { decay, rampUp } from '../../schedules/ramps.ts';
import { emaMemory } from '../../schedules/emaWarmup.ts';
import type { Doubt, IneffectiveOption, MethodDeclaration } from '../declaration.ts';

const emaOptions = z.strictObject({
  beta: z
    .number()
    .min(0)
    .lt(1)
    .default(0.999)
    .describe(
      'Ceiling β of the EMA coefficient; the average remembers about 1/(1−β) steps. Released code: 0.999.',
    ),
  warmup: z
    .enum(['keepInit', 'overwriteFirst', 'none'])
    .default('keepInit')
    .describe(
      'keepInit: min(1−1/(t+2), β). overwriteFirst (released): the first update erases the initialised teacher.',
    ),
});

export const dkelOptions = z
  .strictObject({
    name: z.literal('dkel'),
    preset: z
      .enum(['dkel', 'dkel-released'])
      .default('dkel')
      .describe(
        'dkel: the defaults. dkel-released: reproduces the released code where it departs from its description.',
      ),
    peers: z
      .number()
      .int()
      .min(2)
      .max(8)
      .default(3)
      .describe('Branches m on the shared trunk. Released code: 3.'),
    temperature: z.number().positive().max(100).default(3).describe('T; every distillation term carries T².'),
    omegaMax: z
      .number()
      .min(0)
      .max(10)
      .default(0.1)
      .describe('Final distillation weight ω. Released code: 0.1; PCL: 1.'),
    rampShape: z
      .enum(['reference', 'released', 'none'])
      .default('reference')
      .describe(
        'reference: ω_max·exp(−5(1−e/A)²). released: divides by ω_max instead of A. none: ω = ω_max.',
      ),
    rampEpochs: z
      .number()
      .positive()
      .nullable()
      .default(null)
      .describe('A, the epochs over which ω rises; null = 80/300 of the distillation stage.'),
    rampAppliesTo: z
      .enum(['both', 'pe', 'pm'])
      .default('both')
      .describe(
        'Which terms ω ramps: peer ensemble (pe), teacher targets (pm) or both; the other keeps ω_max.',
      ),
    ensembleWeight: z
      .enum(['decay', 'none', 'only'])
      .default('decay')
      .describe('λ of the assembled teacher target: decaying; none = 0 (as PCL); only = 1.'),
    decayRate: z
      .number()
      .min(0)
      .max(10)
      .default(0.5)
      .describe('γ in λ(e) = exp(−γ e), per epoch. Released code: 0.5.'),
    decayCutoff: z
      .number()
      .min(0)
      .lt(1)
      .default(0.01)
      .describe('λ is exactly 0 once it is no larger than this.'),
    ema: emaOptions.prefault({}).describe('The moving average that makes the teacher.'),
    teacherInit: z
      .enum(['copy', 'fresh', 'none'])
      .default('copy')
      .describe(
        'copy (released): starts from the student, then its own steps. fresh: a new draw. none: copy, no steps.',
      ),
    initOffByOne: z
      .boolean()
      .default(false)
      .describe('Take one initial step more than asked for, as the released loop does.'),
    teacherBn: z
      .enum(['ownBatch', 'emaStats', 'inference'])
      .default('ownBatch')
      .describe(
        'ownBatch (released): targets from batch statistics. emaStats: averaged running statistics. inference: own running statistics.',
      ),
    sharedHeadInit: z
      .boolean()
      .default(false)
      .describe('All classifiers start equal, as in the released ResNets.'),
    selection: z
      .enum(['validation', 'testMax'])
      .default('validation')
      .describe(
        'testMax reproduces the released protocol: best epoch chosen on the test split (optimistic).',
      ),
  })
  .meta({
    title: 'DKEL',
    description:
      'Decoupled Knowledge with Ensemble Learning for Online Distillation (Shao & Chen, arXiv 2312.11218).',
  });

export type DkelOptions = z.infer<typeof dkelOptions>;

/** A, in epochs of the distillation stage. */
export const rampLength = (options: DkelOptions, epochs: number): number =>
  options.rampEpochs ?? (epochs * 80) / 300;

/** λ at a 0-based epoch of the distillation stage. */
export function ensembleWeight(options: DkelOptions, epoch: number): number {
  switch (options.ensembleWeight) {
    case 'decay':
      return decay(epoch, options.decayRate, options.decayCutoff);
    case 'none':
      return 0;
    case 'only':
      return 1;
  }
}

/** ω at a 0-based epoch of a distillation stage of `epochs` epochs. */
export const distillationWeight = (options: DkelOptions, epoch: number, epochs: number): number =>
  rampUp(options.rampShape, epoch, options.omegaMax, rampLength(options, epochs));

function doubts(options: DkelOptions, run: { epochs: number; steps: number }): Doubt[] {
  const found: Doubt[] = [];
  let peak = 0;
  for (let epoch = 0; epoch < run.epochs; epoch++)
    peak = Math.max(peak, ensembleWeight(options, epoch) * distillationWeight(options, epoch, run.epochs));
  if (options.ensembleWeight === 'decay' && options.rampAppliesTo !== 'pe' && peak < 0.1 * options.omegaMax)
    found.push({
      code: 'lambdaGoneBeforeOmega',
      path: ['decayRate'],
      message: `λ has faded before ω has risen: the assembled teacher target never weighs more than ${((100 * peak) / options.omegaMax).toPrecision(2)} % of ω_max.`,
      expected: 'a smaller decayRate, a shorter rampEpochs, or rampAppliesTo: pe',
    });
  if (emaMemory(options.ema.beta) > run.steps)
    found.push({
      code: 'emaMemoryTooLong',
      path: ['ema', 'beta'],
      message: `The teacher's average remembers ${emaMemory(options.ema.beta).toFixed(0)} steps but the stage has ${run.steps}: it still holds the start when the run ends.`,
      expected: `β ≤ ${(1 - 1 / Math.max(2, run.steps / 5)).toPrecision(3)} (a memory of a fifth of the stage)`,
    });
  if (options.selection === 'testMax')
    found.push({
      code: 'testSelection',
      path: ['selection'],
      message: 'The best epoch is chosen on the test split, so the reported accuracy is optimistic.',
      expected: 'selection: validation, unless the released protocol is to be reproduced',
    });
  return found;
}

/** What cannot matter, whatever its value; equal values of different causes are told once, by the first. */
function ineffective(options: DkelOptions): IneffectiveOption[] {
  const reasons: [keys: (keyof DkelOptions)[], when: boolean, reason: string][] = [
    [
      [
        'rampShape',
        'rampEpochs',
        'rampAppliesTo',
        'ensembleWeight',
        'decayRate',
        'decayCutoff',
        'temperature',
      ],
      options.omegaMax === 0,
      'omegaMax is 0: nothing is distilled',
    ],
    [['rampEpochs', 'rampAppliesTo'], options.rampShape === 'none', 'rampShape is none'],
    [
      ['ensembleWeight', 'decayRate', 'decayCutoff'],
      options.peers === 2,
      'with two peers there is one other teacher: alone and assembled are the same',
    ],
    [
      ['decayRate', 'decayCutoff'],
      options.ensembleWeight !== 'decay',
      `ensembleWeight is ${options.ensembleWeight}`,
    ],
    [['decayCutoff'], options.decayRate === 0, 'decayRate is 0: λ stays 1'],
    [['initOffByOne'], options.teacherInit === 'none', 'teacherInit is none: there are no initial steps'],
  ];
  const found = new Map<string, IneffectiveOption>();
  for (const [keys, when, reason] of reasons)
    for (const key of when ? keys : []) if (!found.has(key)) found.set(key, { path: [key], reason });
  if (options.ema.beta === 0)
    found.set('ema.warmup', { path: ['ema', 'warmup'], reason: 'ema.beta is 0: the teacher is the student' });
  return [...found.values()];
}

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
};
