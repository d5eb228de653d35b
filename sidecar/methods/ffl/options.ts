import { z } from 'zod';
import { traceBlocks } from '../../models/shapes.spec.ts';
import { branched, plain, type Backbone, type Shape } from '../../models/spec.ts';
import type { MethodDeclaration } from '../declaration.ts';
import { omegaMax, OMEGA_SERIES, rampEpochs, temperature, termSeries } from '../parts/common.options.ts';
import { inCode } from '../parts/facts.options.ts';
import { fusionSpec } from './fusion.spec.ts';

const CODE = 'FFL, official code';

export const fflOptions = z
  .strictObject({
    name: z.literal('ffl'),
    sharedTrunk: z
      .boolean()
      .default(true)
      .meta({
        description:
          'Both sub-networks are branches of the model `student`; with false they are the models peer1 and peer2.',
        paper: [inCode(true, `${CODE}: for equal sub-networks`)],
      }),
    temperature: temperature(3, [inCode(3, CODE)]),
    omegaMax: omegaMax(1, [inCode(1, CODE)]),
    rampEpochs: rampEpochs([inCode(80, `${CODE}: of 300`)]),
    fusionWeightDecay: z
      .number()
      .min(0)
      .max(1)
      .default(1e-5)
      .meta({
        description: 'Weight decay of the fusion module, in place of the optimiser’s.',
        paper: [inCode(1e-5, CODE)],
      }),
  })
  .meta({
    title: 'FFL',
    description: 'Feature Fusion for Online Mutual Knowledge Distillation (Kim et al.).',
  });

export type FflOptions = z.infer<typeof fflOptions>;

/** Shape of a network's last feature map, before pooling. */
export function lastMap({ trunk, tail }: Backbone, input: Shape): Shape {
  const pool = tail.findIndex(({ name }) => name === 'pool');
  return traceBlocks([...trunk, ...(pool === -1 ? tail : tail.slice(0, pool))], input, 'map').output;
}

export const ffl: MethodDeclaration<FflOptions> = {
  name: 'ffl',
  title: 'FFL',
  citation:
    'Kim, Hyun, Chung & Kwak, "Feature Fusion for Online Mutual Knowledge Distillation", ICPR 2020, arXiv 1904.09058.',
  basis: {
    certainty: 'releasedCode',
    note: 'Read from the official code; its extra epoch and its evaluation of a training variable are left out.',
  },
  options: fflOptions,
  presets: {},
  stages: [{ name: 'training', title: 'training', defaults: () => ({}) }],
  models: ['student'],
  modelNames: ({ sharedTrunk }) => (sharedTrunk ? ['student'] : ['peer1', 'peer2']),
  roles: () => [
    { id: 'peer1', kind: 'peer' },
    { id: 'peer2', kind: 'peer' },
    { id: 'fused', kind: 'ensemble' },
  ],
  series: [
    termSeries('fused', 'KD of a sub-network to the fused classifier', 'KD(z_i ‖ z_f)'),
    termSeries('ensemble', 'KD of the fused classifier to the sub-networks', 'KD(z_f ‖ (z₁ + z₂)/2)'),
    OMEGA_SERIES,
  ],
  headline: () => ({ series: 'validation/best/top1', unit: '%', better: 'higher' }),
  objections: (_options, backbones, input) => {
    const maps = [...backbones].map(([name, each]) => [name, lastMap(each, input)] as const);
    const [first] = maps;
    return maps
      .filter(([, map]) => map.length !== 3 || map.slice(0, 2).join() !== first?.[1].slice(0, 2).join())
      .map(([name, map]) => ({
        path: ['models', name] as const,
        message: `Feature maps are laid side by side, but ${name} ends in [${map.join(', ')}]${map.length === 3 ? ` and ${first?.[0] ?? ''} in [${first?.[1].join(', ') ?? ''}]` : ', which is no image'}.`,
        expected: 'convolutional models whose last feature maps have one size',
      }));
  },
  networks: ({ sharedTrunk }, backbones, input, classes) => {
    const maps = [...backbones.values()].map((each) => lastMap(each, input));
    const [first] = backbones.values();
    const [height = 1, width = 1] = maps[0] ?? [];
    if (!first) return [];
    const channels = sharedTrunk
      ? 2 * (maps[0]?.[2] ?? 0)
      : maps.reduce((sum, map) => sum + (map[2] ?? 0), 0);
    const members = sharedTrunk
      ? [{ name: 'student', spec: branched(first, input, ['branch1', 'branch2']) }]
      : [...backbones].map(([name, each]) => ({ name, spec: plain(each, input) }));
    return [
      ...members,
      { name: 'fusion', spec: fusionSpec([height, width, channels], maps[0]?.[2] ?? 0, classes) },
    ].map((each) => ({ ...each, trained: true, passes: 1 }));
  },
};
