import { z } from 'zod';
import type { MethodDeclaration } from '../declaration.ts';
import { members, numbered, temperature, termSeries, weight } from '../parts/common.options.ts';
import { inCode, ours, recalled } from '../parts/facts.options.ts';

const CODE = 'KDCL, reproduction by the first author of DKEL';

export const kdclOptions = z
  .strictObject({
    name: z.literal('kdcl'),
    preset: z
      .enum(['kdcl', 'reproduction'])
      .default('kdcl')
      .meta({
        description: 'A set of values that stand under those written here.',
        values: {
          kdcl: 'the defaults',
          reproduction: 'mean of the logits as target, T = 4, half labels, half KD: not KDCL proper',
        },
      }),
    peers: members('peers', 2, 2, 'Networks m, called peer1 … under `models`; each sees a view of its own.', [
      recalled(2, 'KDCL'),
    ]),
    target: z
      .enum(['naive', 'linear', 'minLogit', 'general', 'mean'])
      .default('minLogit')
      .meta({
        description: 'The one target that all networks learn from, per sample.',
        values: {
          naive: 'logits of the network with the lowest cross-entropy on it',
          linear: 'the convex mix of logits with the lowest cross-entropy',
          minLogit: 'for each class the least of z_i[c] − z_i[y]',
          general:
            'a mix of probabilities whose weights minimise the error on the validation split; found anew at every evaluation',
          mean: 'mean of the logits',
        },
        paper: [ours('minLogit'), recalled('general', 'KDCL, results'), inCode('mean', CODE)],
      }),
    temperature: temperature(2, [recalled(2, 'KDCL on CIFAR'), inCode(4, CODE)]),
    mu: weight(1, 'μ, the weight of KD to the target.', [recalled(1, 'KDCL'), inCode(0.5, CODE)]),
    labelWeight: weight(1, 'Weight of the cross-entropy.', [recalled(1, 'KDCL'), inCode(0.5, CODE)]),
  })
  .meta({
    title: 'KDCL',
    description: 'Online Knowledge Distillation via Collaborative Learning (Guo et al., CVPR 2020).',
  });

export type KdclOptions = z.infer<typeof kdclOptions>;

export const kdcl: MethodDeclaration<KdclOptions> = {
  name: 'kdcl',
  title: 'KDCL',
  citation: 'Guo et al., "Online Knowledge Distillation via Collaborative Learning", CVPR 2020.',
  basis: {
    certainty: 'inferred',
    note: 'Written from digests of the paper and from a reproduction; its body was not to be had.',
  },
  options: kdclOptions,
  presets: { kdcl: {}, reproduction: { target: 'mean', temperature: 4, mu: 0.5, labelWeight: 0.5 } },
  stages: [{ name: 'training', title: 'training', defaults: () => ({}) }],
  models: ['peer1', 'peer2'],
  modelNames: ({ peers }) => numbered('peer', peers),
  roles: ({ peers }) => numbered('peer', peers).map((id) => ({ id, kind: 'peer' as const })),
  series: [
    termSeries('collective', 'KD to the common target', 'KD(z_i ‖ z_t)'),
    {
      tag: 'schedule/share/*',
      title: 'share in the target',
      unit: '',
      formula: 'w_i of `target: general`; may be negative',
    },
  ],
  headline: () => ({ series: 'validation/best/top1', unit: '%', better: 'higher' }),
};
