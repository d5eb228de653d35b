import { z } from 'zod';
import { branched } from '../../models/spec.ts';
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
import { inCode, ours } from '../parts/facts.options.ts';

const COMPARISON = 'OKDDip, its comparison code';

export const clilrOptions = z
  .strictObject({
    name: z.literal('clilr'),
    peers: members('heads', 3, 2, 'Heads H on the shared trunk.', [ours(3, 'as many as PCL and DKEL have')]),
    temperature: temperature(3, [inCode(3, COMPARISON)]),
    omegaMax: omegaMax(1, [inCode(1, COMPARISON)]),
    rampEpochs: rampEpochs([inCode(80, `${COMPARISON}: of 300`)]),
    rescaleTrunk: z
      .boolean()
      .default(true)
      .meta({
        description:
          'The trunk’s gradient is divided by the number of heads (intermediate-level representation).',
        paper: [inCode(true, COMPARISON)],
      }),
    detachTarget: z
      .boolean()
      .default(true)
      .meta({
        description: 'Targets are constants. With false, gradients flow into the other heads too.',
        paper: [ours(true), inCode(false, COMPARISON)],
      }),
  })
  .meta({
    title: 'CL-ILR',
    description: 'Collaborative Learning with shared intermediate layers (Song & Chai, NeurIPS 2018).',
  });

export type ClilrOptions = z.infer<typeof clilrOptions>;

export const clilr: MethodDeclaration<ClilrOptions> = {
  name: 'clilr',
  title: 'CL-ILR',
  citation: 'Song & Chai, "Collaborative Learning for Deep Neural Networks", NeurIPS 2018.',
  basis: {
    certainty: 'inferred',
    note: 'Read from other authors’ code that compares methods; the paper was not to be had.',
  },
  options: clilrOptions,
  presets: {},
  stages: [{ name: 'training', title: 'training', defaults: () => ({}) }],
  models: ['student'],
  roles: ({ peers }) => numbered('peer', peers).map((id) => ({ id, kind: 'peer' as const })),
  series: [termSeries('mutual', 'KD to the other heads', 'KD(z_h ‖ mean_{l≠h} z_l)'), OMEGA_SERIES],
  headline: () => ({ series: 'validation/best/top1', unit: '%', better: 'higher' }),
  networks: ({ peers }, backbones, input) =>
    [...backbones].map(([name, each]) => ({
      name,
      spec: branched(each, input, numbered('branch', peers)),
      trained: true,
      passes: 1,
    })),
};
