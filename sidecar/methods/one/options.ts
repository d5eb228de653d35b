import { z } from 'zod';
import { branched } from '../../models/spec.ts';
import { traceBlocks } from '../../models/shapes.spec.ts';
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
import { inCode } from '../parts/facts.options.ts';
import { gateSpec } from './gate.spec.ts';

const CODE = 'ONE, official code';

export const oneOptions = z
  .strictObject({
    name: z.literal('one'),
    peers: members('branches', 3, 2, 'Branches m on the shared trunk.', [inCode(3, CODE)]),
    temperature: temperature(3, [inCode(3, CODE)]),
    omegaMax: omegaMax(1, [inCode(1, CODE)]),
    rampEpochs: rampEpochs([inCode(80, `${CODE}: of 300`)]),
  })
  .meta({ title: 'ONE', description: 'On-the-fly Native Ensemble (Lan, Zhu & Gong, NeurIPS 2018).' });

export type OneOptions = z.infer<typeof oneOptions>;

export const one: MethodDeclaration<OneOptions> = {
  name: 'one',
  title: 'ONE',
  citation: 'Lan, Zhu & Gong, "Knowledge Distillation by On-the-Fly Native Ensemble", NeurIPS 2018.',
  basis: {
    certainty: 'releasedCode',
    note: 'Read from the official code; its 1e-7 in the softened target is left out.',
  },
  options: oneOptions,
  presets: {},
  stages: [{ name: 'training', title: 'training', defaults: () => ({}) }],
  models: ['student'],
  roles: ({ peers }) => [
    ...numbered('peer', peers).map((id) => ({ id, kind: 'peer' as const })),
    { id: 'ensemble', kind: 'ensemble' as const },
  ],
  series: [termSeries('ensemble', 'KD to the gated ensemble', 'KD(z_i ‖ Σ a_n z_n)'), OMEGA_SERIES],
  headline: () => ({ series: 'validation/best/top1', unit: '%', better: 'higher' }),
  networks: ({ peers }, backbones, input) => {
    const student = backbones.get('student');
    if (!student) return [];
    const trunk = traceBlocks(student.trunk, input, 'trunk').output;
    return [
      {
        name: 'student',
        spec: branched(student, input, numbered('branch', peers)),
        trained: true,
        passes: 1,
      },
      { name: 'gate', spec: gateSpec(trunk, peers), trained: true, passes: 1 },
    ];
  },
};
