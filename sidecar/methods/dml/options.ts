import { z } from 'zod';
import type { MethodDeclaration } from '../declaration.ts';
import { members, numbered, temperature, termSeries } from '../parts/common.options.ts';
import { inCode, recalled } from '../parts/facts.options.ts';

const CODE = 'DML, official code';
const COMPARISON = 'OKDDip, its comparison code';

export const dmlOptions = z
  .strictObject({
    name: z.literal('dml'),
    preset: z
      .enum(['dml', 'dml-released', 'comparison'])
      .default('dml')
      .meta({
        description: 'A set of values that stand under those written here.',
        values: {
          dml: 'the defaults',
          'dml-released': 'sums the divergences, as the official code does',
          comparison: 'mean logits of the others as target, T = 3, not detached',
        },
      }),
    peers: members('peers', 2, 2, 'Networks K, called peer1 … under `models`.', [inCode(2, CODE)]),
    target: z
      .enum(['pairwiseMean', 'pairwiseSum', 'logitMean'])
      .default('pairwiseMean')
      .meta({
        description: 'What a network learns from the others.',
        values: {
          pairwiseMean: 'mean of KD to each other network',
          pairwiseSum: 'their sum',
          logitMean: 'KD to the mean of the others’ logits',
        },
        paper: [
          recalled('pairwiseMean', 'DML'),
          inCode('pairwiseSum', CODE),
          inCode('logitMean', COMPARISON),
        ],
      }),
    update: z
      .enum(['simultaneous', 'sequential'])
      .default('simultaneous')
      .meta({
        description: 'When networks see each other’s updates.',
        values: {
          simultaneous: 'all learn from the same predictions',
          sequential: 'each learns from predictions that the updated ones before it make anew',
        },
        paper: [inCode('simultaneous', CODE), recalled('sequential', 'DML')],
      }),
    temperature: temperature(1, [inCode(1, CODE), inCode(3, COMPARISON)]),
    detachTarget: z
      .boolean()
      .default(true)
      .meta({
        description: 'Targets are constants. With false, gradients flow into the other networks too.',
        related: ['method.update'],
        paper: [inCode(true, CODE), inCode(false, COMPARISON)],
      }),
  })
  .meta({ title: 'DML', description: 'Deep Mutual Learning (Zhang et al., CVPR 2018).' });

export type DmlOptions = z.infer<typeof dmlOptions>;

export const dml: MethodDeclaration<DmlOptions> = {
  name: 'dml',
  title: 'DML',
  citation: 'Zhang, Xiang, Hospedales & Lu, "Deep Mutual Learning", CVPR 2018.',
  basis: {
    certainty: 'releasedCode',
    note: 'Read from the official code and from code that compares methods.',
  },
  options: dmlOptions,
  presets: {
    dml: {},
    'dml-released': { target: 'pairwiseSum' },
    comparison: { target: 'logitMean', temperature: 3, detachTarget: false },
  },
  stages: [{ name: 'mutual', title: 'mutual learning', defaults: () => ({}) }],
  models: ['peer1', 'peer2'],
  modelNames: ({ peers }) => numbered('peer', peers),
  roles: ({ peers }) => numbered('peer', peers).map((id) => ({ id, kind: 'peer' as const })),
  series: [
    termSeries('mutual', 'KD to the other networks', 'mean over l≠k of KD(z_k ‖ z_l), or as `target` says'),
  ],
  headline: () => ({ series: 'validation/best/top1', unit: '%', better: 'higher' }),
  ineffective: ({ update }) =>
    update === 'sequential'
      ? [{ path: ['detachTarget'], reason: 'update is sequential: the others’ predictions are made apart' }]
      : [],
  paper: {
    'training.epochs': [recalled(200, 'DML, by several re-implementations')],
    'training.batchSize': [recalled(64, 'DML, by several re-implementations')],
    'optimizer.learningRate': [recalled(0.1, 'DML, by several re-implementations')],
  },
};
