import { z } from 'zod';
import { traceBlocks } from '../../models/shapes.spec.ts';
import { branched, plain } from '../../models/spec.ts';
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
import { inCode, recalled } from '../parts/facts.options.ts';
import { attentionSpec } from './attention.spec.ts';

const CODE = 'OKDDip, official code';

export const okddipOptions = z
  .strictObject({
    name: z.literal('okddip'),
    peers: members('peers', 3, 2, 'Auxiliary peers; the group leader comes on top.', [
      inCode(3, `${CODE}: four branches`),
    ]),
    structure: z
      .enum(['branches', 'networks'])
      .default('branches')
      .meta({
        description: 'What peers and leader share.',
        values: {
          branches: 'a trunk, that of the model `student`',
          networks: 'nothing: each is a network of its own',
        },
        paper: [inCode(['branches', 'networks'], CODE)],
      }),
    target: z
      .enum(['logits', 'probabilities'])
      .default('logits')
      .meta({
        description: 'What a peer’s attention averages.',
        values: { logits: 'the peers’ logits', probabilities: 'their softened probabilities' },
        paper: [inCode('logits', CODE), recalled('probabilities', 'OKDDip')],
      }),
    targetGradient: z
      .enum(['full', 'attentionOnly', 'none'])
      .default('full')
      .meta({
        description: 'Where gradients of a peer’s target flow.',
        values: {
          full: 'into the other peers and the attention',
          attentionOnly: 'into the attention alone',
          none: 'nowhere: the attention stays as it was drawn',
        },
        paper: [inCode('full', CODE)],
      }),
    temperature: temperature(3, [inCode(3, CODE)]),
    omegaMax: omegaMax(1, [inCode(1, CODE)]),
    rampEpochs: rampEpochs([inCode(80, `${CODE}: of 300`)]),
  })
  .meta({
    title: 'OKDDip',
    description: 'Online Knowledge Distillation with Diverse Peers (Chen et al., AAAI 2020).',
  });

export type OkddipOptions = z.infer<typeof okddipOptions>;

export const okddip: MethodDeclaration<OkddipOptions> = {
  name: 'okddip',
  title: 'OKDDip',
  citation: 'Chen, Mei, Wang, Feng & Chen, "Online Knowledge Distillation with Diverse Peers", AAAI 2020.',
  basis: {
    certainty: 'releasedCode',
    note: 'Read from the official code; where the paper is told to differ, both are options.',
  },
  options: okddipOptions,
  presets: {},
  stages: [{ name: 'training', title: 'training', defaults: () => ({}) }],
  models: ['student'],
  modelNames: ({ structure, peers }) =>
    structure === 'branches' ? ['student'] : [...numbered('peer', peers), 'leader'],
  roles: ({ peers }) => [
    ...numbered('peer', peers).map((id) => ({ id, kind: 'peer' as const })),
    { id: 'leader', kind: 'student' as const },
  ],
  series: [
    termSeries('attended', 'KD to the peer’s own target', 'KD(z_a ‖ Σ_b α_ab z_b)'),
    termSeries('group', 'KD of the leader to the peers', 'KD(z_leader ‖ mean_a z_a)'),
    OMEGA_SERIES,
  ],
  headline: () => ({ series: 'validation/best/top1', unit: '%', better: 'higher' }),
  objections: ({ structure }, backbones, input) => {
    if (structure === 'branches') return [];
    const widths = [...backbones].map(
      ([name, { trunk, tail }]) =>
        [name, traceBlocks([...trunk, ...tail], input, name).output[0] ?? 0] as const,
    );
    const first = widths[0]?.[1] ?? 0;
    return widths
      .filter(([, width]) => width !== first)
      .map(([name, width]) => ({
        path: ['models', name] as const,
        message: `The attention compares feature vectors, but ${name} has ${width} features and ${widths[0]?.[0] ?? ''} has ${first}.`,
        expected: 'models with feature vectors of one length',
      }));
  },
  networks: ({ structure, peers }, backbones, input) => {
    const [first] = backbones.values();
    if (!first) return [];
    const features = traceBlocks([...first.trunk, ...first.tail], input, 'features').output[0] ?? 0;
    const members =
      structure === 'branches'
        ? [{ name: 'student', spec: branched(first, input, numbered('branch', peers + 1)) }]
        : [...backbones].map(([name, each]) => ({ name, spec: plain(each, input) }));
    return [...members, { name: 'attention', spec: attentionSpec(features) }].map((each) => ({
      ...each,
      trained: true,
      passes: 1,
    }));
  },
};
