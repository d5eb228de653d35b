import type { EnvironmentFacts } from '../../environments/options.ts';
import { plain } from '../../models/spec.ts';
import type { IneffectiveOption, MethodDeclaration, NetworkUse, Unfit } from '../declaration.ts';
import { panels, series } from './series.options.ts';
import { dpdOptions, published, released, type DpdOptions } from './schema.options.ts';

export { dpdOptions, type DpdOptions } from './schema.options.ts';

const LEARNERS = ['learner1', 'learner2'] as const;

function unfit({ algorithm }: DpdOptions, { actions, states }: EnvironmentFacts): Unfit | null {
  if (algorithm.name === 'ddpg' && actions.kind === 'discrete')
    return {
      message: 'DDPG needs actions that are numbers; here one chooses among some.',
      expected: 'algorithm: { name: ppo }, or an environment with continuous actions',
      proposals: [{ path: ['algorithm'], value: { name: 'ppo' } }],
    };
  if (algorithm.name === 'tabular' && (states === null || actions.kind === 'continuous'))
    return {
      message: 'A table needs states that can be counted.',
      expected: 'algorithm: { name: ppo }, or the environment cliffWalking',
      proposals: [{ path: ['algorithm'], value: { name: 'ppo' } }],
    };
  return null;
}

function ineffective({ mode, algorithm }: DpdOptions): IneffectiveOption[] {
  const none = mode === 'none' ? 'mode is none' : null;
  const found: IneffectiveOption[] = [];
  const idle = (keys: readonly string[], reason: string) =>
    found.push(...keys.map((key) => ({ path: [key], reason })));
  if (none !== null) idle(['xiScaling', 'distillation', 'distance', 'codeCompat'], none);
  else if (algorithm.name === 'ddpg') idle(['distance'], 'actions are numbers');
  if (mode !== 'soft') idle(['alpha', 'weightLimit'], `mode is ${mode}`);
  return found;
}

export const dpd: MethodDeclaration<DpdOptions> = {
  name: 'dpd',
  title: 'DPD',
  citation: 'Lai, Zha, Li & Hu, "Dual Policy Distillation", IJCAI 2020, arXiv 2006.04061.',
  basis: {
    certainty: 'published',
    note: 'Paper and official code were both read in full; where they disagree, the defaults follow the paper and `codeCompat` the code.',
  },
  options: dpdOptions,
  source: 'environment',
  unfit,
  presets: {
    dpd: {},
    'dpd-released': {
      codeCompat: true,
      bootstrapAtLimit: false,
      distillation: { batchSize: 512, pool: 1_000_000 },
    },
  },
  stages: [{ name: 'training', title: 'training', defaults: () => ({}) }],
  models: ['actor', 'critic'],
  roles: () => LEARNERS.map((id) => ({ id, kind: 'peer' as const })),
  series,
  panels,
  headline: () => ({ series: 'evaluation/best/return', unit: '', better: 'higher' }),
  ineffective,
  networks: ({ algorithm }, _backbones, input, outputs, build): NetworkUse[] => {
    const [observation = 0] = input;
    const judged = algorithm.name === 'ddpg' ? [observation + outputs] : input;
    const actor = plain(build('actor', input, outputs), input);
    const critic = plain(build('critic', judged, 1), judged);
    const targets = algorithm.name === 'ddpg' ? ['targetActor', 'targetCritic'] : [];
    return LEARNERS.flatMap((_, index) =>
      ['actor', 'critic', ...targets].map((name) => ({
        name: `${name}${index + 1}`,
        spec: /actor/iu.test(name) ? actor : critic,
        trained: !name.startsWith('target'),
        passes: 1,
      })),
    );
  },
  paper: {
    'training.batchSize': [released(64, 'DPD, code: DDPG'), released(32, 'DPD, code: PPO')],
    'optimizer.name': [released('adam')],
    'optimizer.learningRate': [released(1e-3, 'DPD, code: DDPG, critics'), released(5e-5, 'DPD, code: PPO')],
    'optimizer.epsilon': [released(1e-5, 'DPD, code: PPO')],
    'schedule.name': [released('constant')],
    'models.actor.trunk': [
      published([64, 64, 64], 'DPD, paper: DDPG'),
      released([64, 64], 'DPD, code: with layer norm (DDPG)'),
    ],
    'models.actor.activation': [published('relu', 'DPD, paper: DDPG'), published('tanh', 'DPD, paper: PPO')],
  },
};
