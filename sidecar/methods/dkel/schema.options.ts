import { z } from 'zod';
import { decay, rampUp } from '../../schedules/ramps.ts';
import type { PaperFact } from '../declaration.ts';

/** What the authors' training code does, read from it. */
export const released = (value: unknown, what = 'DKEL, training code'): PaperFact => ({
  value,
  certainty: 'releasedCode',
  source: what,
});
/** What the description calls for, where the code does something else or says nothing. */
const inferred = (value: unknown, what: string): PaperFact => ({
  value,
  certainty: 'inferred',
  source: what,
});

const emaOptions = z.strictObject({
  beta: z
    .number()
    .min(0)
    .lt(1)
    .default(0.999)
    .meta({
      description: 'Ceiling β of the EMA coefficient; the average remembers about 1/(1−β) steps.',
      related: ['method.ema.warmup', 'training.epochs', 'training.epochSteps'],
      paper: [released(0.999)],
      alsoCalled: ['decay', 'alpha', 'momentum'],
    }),
  warmup: z
    .enum(['keepInit', 'overwriteFirst', 'none'])
    .default('keepInit')
    .meta({
      description: 'How the EMA coefficient begins.',
      values: {
        keepInit: 'min(1−1/(t+2), β): an equal-weight mean of the initialised teacher and the student so far',
        overwriteFirst: 'min(1−1/(t+1), β): the first update erases the initialised teacher',
        none: 'β from the first step on',
      },
      paper: [
        released('overwriteFirst'),
        inferred('keepInit', 'DKEL, the only reading in which the initialised teacher lasts'),
      ],
    }),
});

export const dkelOptions = z
  .strictObject({
    name: z.literal('dkel'),
    preset: z
      .enum(['dkel', 'dkel-released'])
      .default('dkel')
      .meta({
        description: 'A set of values that stand under those written here.',
        values: {
          dkel: 'the defaults',
          'dkel-released': 'reproduces the released code where it departs from its description',
        },
      }),
    peers: z
      .number()
      .int()
      .min(2)
      .max(8)
      .default(3)
      .meta({
        description: 'Branches m on the shared trunk.',
        unit: 'peers',
        paper: [released(3, 'DKEL, training code: built for three')],
        alsoCalled: ['branches', 'numPeers', 'm'],
      }),
    temperature: z
      .number()
      .positive()
      .max(100)
      .default(3)
      .meta({
        description: 'T; every distillation term carries T².',
        paper: [released(3)],
        alsoCalled: ['T', 'tau'],
      }),
    omegaMax: z
      .number()
      .min(0)
      .max(10)
      .default(0.1)
      .meta({
        description: 'Final distillation weight ω.',
        related: ['method.rampShape', 'method.rampEpochs'],
        paper: [released(0.1), { value: 1, certainty: 'recalled', source: 'PCL' }],
        alsoCalled: ['omega', 'rampMax'],
      }),
    rampShape: z
      .enum(['reference', 'released', 'none'])
      .default('reference')
      .meta({
        description: 'How ω rises from nearly 0 to omegaMax.',
        values: {
          reference: 'ω_max·exp(−5(1−e/A)²) up to epoch A',
          released: 'divides by ω_max instead of A: nearly 0 until A, then a jump',
          none: 'ω = ω_max from the first epoch on',
        },
        paper: [released('released'), inferred('reference', 'DKEL, what the code seems to mean')],
      }),
    rampEpochs: z
      .number()
      .positive()
      .nullable()
      .default(null)
      .meta({
        description: 'A, over which ω rises; null = 80/300 of the distillation stage.',
        related: ['method.rampShape', 'method.decayRate', 'training.epochs'],
        unit: 'epochs',
        paper: [
          released(80, 'DKEL, training code: of 300 epochs (CIFAR-10, CIFAR-100), of 100 (TinyImageNet)'),
        ],
        alsoCalled: ['rampUp', 'rampLength'],
      }),
    rampAppliesTo: z
      .enum(['both', 'pe', 'pm'])
      .default('both')
      .meta({
        description: 'Which terms ω ramps; the other keeps omegaMax.',
        values: {
          both: 'peer ensemble and teacher targets',
          pe: 'the peer ensemble alone',
          pm: 'the teacher targets alone',
        },
        paper: [released('both')],
      }),
    ensembleWeight: z
      .enum(['decay', 'none', 'only'])
      .default('decay')
      .meta({
        description: 'λ, the weight of the assembled teacher target against the individual ones.',
        values: { decay: 'large at first, then fading', none: '0, as in PCL', only: '1' },
        paper: [{ value: 'decay', certainty: 'published', source: 'DKEL, abstract' }, released('decay')],
      }),
    decayRate: z
      .number()
      .min(0)
      .max(10)
      .default(0.5)
      .meta({
        description: 'γ in λ(e) = exp(−γ e).',
        related: ['method.ensembleWeight', 'method.decayCutoff', 'method.rampEpochs'],
        unit: 'per epoch',
        paper: [
          released(0.5),
          released([0.05, 0.1, 0.2, 0.5, 1], 'DKEL, run scripts: ablation with VGG-16 on CIFAR-10'),
        ],
        alsoCalled: ['gamma', 'exp'],
      }),
    decayCutoff: z
      .number()
      .min(0)
      .lt(1)
      .default(0.01)
      .meta({ description: 'λ is exactly 0 once it is no larger than this.', paper: [released(0.01)] }),
    ema: emaOptions.prefault({}).meta({ description: 'The moving average that makes the teacher.' }),
    teacherInit: z
      .enum(['copy', 'fresh', 'none'])
      .default('copy')
      .meta({
        description: 'Where the teacher starts.',
        related: ['stages', 'method.ema.warmup'],
        values: {
          copy: 'from the student, then its own steps',
          fresh: 'from a new draw, then its own steps',
          none: 'from the student, without steps of its own',
        },
        paper: [released('copy')],
      }),
    initOffByOne: z
      .boolean()
      .default(false)
      .meta({
        description: 'Take one initial step more than asked for.',
        paper: [released(true, 'DKEL, training code: its loop ends one step late')],
      }),
    teacherBn: z
      .enum(['ownBatch', 'emaStats', 'inference'])
      .default('ownBatch')
      .meta({
        description: 'Batch statistics with which the teacher makes its targets.',
        values: {
          ownBatch: 'those of the current view’s batch',
          emaStats: 'running statistics, averaged from the student’s',
          inference: 'its own running statistics',
        },
        paper: [released('ownBatch')],
      }),
    sharedHeadInit: z
      .boolean()
      .default(false)
      .meta({
        description: 'All classifiers start equal.',
        paper: [released(true, 'DKEL, training code: ResNet, tiny-ResNet and DenseNet')],
      }),
    selection: z
      .enum(['validation', 'testMax'])
      .default('validation')
      .meta({
        description: 'On which split the best epoch is chosen.',
        values: {
          validation: 'the held-out training samples',
          testMax: 'the test split, as the released protocol does: optimistic',
        },
        paper: [released('testMax')],
      }),
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
