import { z } from 'zod';
import { branched } from '../../models/spec.ts';
import { rampUp } from '../../schedules/ramps.ts';
import type { MethodDeclaration } from '../declaration.ts';
import {
  members,
  numbered,
  omegaMax,
  OMEGA_SERIES,
  rampEpochs,
  temperature,
  termSeries,
} from '../parts/common.options.ts';
import { inCode, ours, published, recalled } from '../parts/facts.options.ts';

const CODE = 'PCL, reproduction by the first author of DKEL';

export const pclOptions = z
  .strictObject({
    name: z.literal('pcl'),
    peers: members('peers', 3, 1, 'Branches m on the shared trunk.', [inCode(3, CODE)]),
    temperature: temperature(3, [inCode(3, CODE)]),
    omegaMax: omegaMax(1, [inCode(1, CODE)]),
    rampShape: z
      .enum(['reference', 'released', 'none'])
      .default('reference')
      .meta({
        description: 'How ω rises to omegaMax.',
        values: {
          reference: 'ω_max·exp(−5(1−e/A)²) up to epoch A',
          released: 'divides by ω_max instead of A: 1 in epoch 1, then nearly 0 until A',
          none: 'ω = ω_max from the first epoch on',
        },
        paper: [inCode('released', CODE), recalled('reference', 'PCL; the ramp of ONE, OKDDip and FFL')],
      }),
    rampEpochs: rampEpochs([inCode(80, `${CODE}: of 300`)]),
    beta: z
      .number()
      .min(0)
      .lt(1)
      .default(0.999)
      .meta({
        description: 'Ceiling β of the temporal mean’s coefficient.',
        paper: [inCode(0.999, CODE)],
        alsoCalled: ['ema', 'alpha'],
      }),
    emaWarmup: z
      .enum(['overwriteFirst', 'keepInit', 'none'])
      .default('overwriteFirst')
      .meta({
        description: 'How the coefficient begins.',
        values: {
          overwriteFirst: 'min(1−1/(t+1), β): after the first step the mean teacher is the student',
          keepInit: 'min(1−1/(t+2), β)',
          none: 'β from the first step on',
        },
        paper: [inCode('overwriteFirst', CODE)],
      }),
    teacherInit: z
      .enum(['copy', 'fresh'])
      .default('copy')
      .meta({
        description: 'Where the mean teacher starts; it matters for the first batch alone.',
        values: { copy: 'from the student', fresh: 'from a draw of its own' },
        paper: [inCode('fresh', CODE), ours('copy')],
      }),
    teacherBn: z
      .enum(['ownBatch', 'emaStats', 'inference'])
      .default('ownBatch')
      .meta({
        description: 'Batch statistics with which the mean teacher makes its targets.',
        values: {
          ownBatch: 'those of the current view’s batch',
          emaStats: 'running statistics, averaged from the student’s',
          inference: 'its own running statistics',
        },
        paper: [inCode('ownBatch', CODE)],
      }),
    report: z
      .enum(['firstPeer', 'bestPeer', 'ensemble'])
      .default('firstPeer')
      .meta({
        description: 'Which network is chosen by and reported.',
        values: {
          firstPeer: 'the first mean teacher, as the paper has it',
          bestPeer: 'the best of the mean teachers',
          ensemble: 'the ensemble classifier (PCL-E)',
        },
        paper: [published('firstPeer', 'PCL, abstract and algorithm header'), inCode('bestPeer', CODE)],
      }),
  })
  .meta({
    title: 'PCL',
    description:
      'Peer Collaborative Learning for Online Knowledge Distillation (Wu & Gong, AAAI 2021, arXiv 2006.04147).',
  });

export type PclOptions = z.infer<typeof pclOptions>;

/** ω at a 0-based epoch of the stage. */
export const pclWeight = (options: PclOptions, epoch: number, epochs: number): number =>
  rampUp(options.rampShape, epoch, options.omegaMax, options.rampEpochs ?? (epochs * 80) / 300);

export const pcl: MethodDeclaration<PclOptions> = {
  name: 'pcl',
  title: 'PCL',
  citation:
    'Wu & Gong, "Peer Collaborative Learning for Online Knowledge Distillation", AAAI 2021, arXiv 2006.04147.',
  basis: {
    certainty: 'releasedCode',
    note: 'Read from a public reproduction, the abstract and the algorithm’s header; the body of the paper was not to be had and its authors released no code.',
  },
  options: pclOptions,
  presets: {},
  stages: [{ name: 'training', title: 'training', defaults: () => ({}) }],
  models: ['student'],
  roles: ({ peers }) => [
    ...numbered('peer', peers).map((id) => ({ id, kind: 'peer' as const })),
    { id: 'ensemble', kind: 'ensemble' as const },
    ...numbered('teacher', peers).map((id) => ({ id, kind: 'teacher' as const })),
  ],
  series: [
    termSeries('peerEnsemble', 'KD to the peer ensemble', 'KD(z_j ‖ z_e)'),
    termSeries('individual', 'KD to the other mean teachers', '1/(m−1) Σ_{k≠j} KD(z_j ‖ m_k)'),
    OMEGA_SERIES,
    { tag: 'schedule/alpha', title: 'α', unit: '', formula: 'coefficient of the temporal mean in this step' },
  ],
  headline: () => ({ series: 'validation/best/top1', unit: '%', better: 'higher' }),
  networks: ({ peers }, backbones, input, classes) => {
    const student = backbones.get('student');
    if (!student) return [];
    const spec = branched(student, input, numbered('branch', peers), { name: 'ensemble', classes });
    return [
      { name: 'student', spec, trained: true, passes: peers },
      { name: 'teacher', spec, trained: false, passes: peers },
    ];
  },
  paper: {
    'training.epochs': [inCode(300, CODE)],
    'training.batchSize': [inCode(128, CODE)],
    'optimizer.learningRate': [inCode(0.1, CODE)],
    'optimizer.weightDecay': [inCode(5e-4, CODE)],
    'schedule.milestones': [inCode([150, 225], CODE)],
  },
};
