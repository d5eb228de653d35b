import { environmentFacts } from '../../environments/options.ts';
import { environments } from '../../environments/registry.ts';
import type { Algorithm } from '../training.ts';
import { ddpgLearner } from './ddpg.ts';
import { distillation } from './distillation.ts';
import { evaluationOf } from './evaluation.ts';
import type { Learner, Setting } from './learner.ts';
import { dpd as declaration, type DpdOptions } from './options.ts';
import { ppoLearner } from './ppo.ts';

/** One of the two learners, by the algorithm that the options choose. @param name `learner1` or `learner2` */
export function learnerOf(name: string, setting: Setting): Learner {
  const { algorithm } = setting.options;
  switch (algorithm.name) {
    case 'ddpg':
      return ddpgLearner(name, setting, algorithm);
    case 'ppo':
      return ppoLearner(name, setting, algorithm, {
        tables: false,
        normalise: algorithm.normaliseObservations,
      });
    case 'tabular':
      return ppoLearner(name, setting, algorithm, { tables: true, normalise: false });
  }
}

/** DPD: two learners in copies of one environment, each learning by its own experience and from the other (dpd.md). */
export const dpd: Algorithm<DpdOptions> = ({ options, seed, acting, backbone, rng }) => {
  if (!acting) throw new Error('DPD acts in an environment, and the experiment has none.');
  const setting: Setting = {
    options,
    seed,
    batchSize: acting.batchSize,
    environment: environments[acting.environment.name],
    facts: environmentFacts(acting.environment),
    backbone,
    rng,
  };
  const learners = declaration.roles(options, []).map(({ id }) => learnerOf(id, setting));
  const [first, second] = learners;
  if (!first || !second) throw new Error('DPD has two learners.');
  const { facts } = setting;
  const from = (own: Learner, peer: Learner) =>
    distillation(own, peer, { facts, options, random: rng(`distil/${own.name}`) });
  return {
    networks: { ...first.networks, ...second.networks },
    roles: declaration.roles(options, []).map((role, index) => ({
      ...role,
      path: { network: `actor${index + 1}`, output: 'main' },
    })),
    slots: { ...first.slots, ...second.slots },
    stages: [
      {
        name: 'training',
        schedules: () => ({}),
        beforeStep: async (clock) => {
          for (const learner of learners) await learner.beforeStep(clock);
        },
        phases: [...first.phases, from(first, second), ...second.phases, from(second, first)],
        measures: () => ({ ...first.measures(), ...second.measures() }),
        afterStep: (clock, gate) => {
          for (const learner of learners) learner.afterStep(clock, gate);
        },
      },
    ],
    evaluation: evaluationOf(learners, setting),
  };
};
