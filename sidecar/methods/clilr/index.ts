import { INFERENCE, TRAINING } from '../../models/network.ts';
import { dmlTerms } from '../dml/losses.ts';
import { classification, withPaths } from '../parts/classification.ts';
import { branchCohort } from '../parts/cohort.ts';
import { numbered, ramped } from '../parts/common.options.ts';
import { viewOf } from '../parts/supervised.ts';
import type { Algorithm, Clock } from '../training.ts';
import { clilr as declaration, type ClilrOptions } from './options.ts';

/** Heads on a shared trunk whose gradient is rescaled; each learns from the mean of the others (baselines.md §4). */
export const clilr: Algorithm<ClilrOptions> = ({ options, seed, input, stages, backbone }) => {
  const { peers, rescaleTrunk, temperature, detachTarget } = options;
  const roles = numbered('peer', peers);
  const cohort = branchCohort(backbone('student'), input, peers, seed, rescaleTrunk ? 1 / peers : 1);
  const epochs = stages.at(-1)?.epochs ?? 0;
  const omega = ({ epoch }: Clock): number => ramped(options, epoch, epochs);
  return {
    networks: cohort.networks,
    slots: {},
    roles: withPaths(
      declaration.roles(options, []),
      Object.fromEntries(roles.map((role, index) => [role, cohort.paths[index] ?? null])),
    ),
    stages: [
      {
        name: 'training',
        schedules: (clock) => ({ omega: omega(clock) }),
        phases: [
          {
            name: 'training',
            views: 1,
            optimizer: 'training',
            parameters: () => cohort.parameters(),
            forward: (batch, clock) => {
              const logits = cohort.pass([viewOf(batch)], TRAINING).members.map((member) => member.logits);
              const terms = logits.flatMap((_, h) =>
                dmlTerms(h, logits, batch.labels, { target: 'logitMean', temperature, detachTarget }),
              );
              return {
                terms: terms.map((term) =>
                  term.name === 'mutual' ? { ...term, weight: omega(clock) } : term,
                ),
                outputs: Object.fromEntries(logits.map((each, h) => [`peer${h + 1}`, each])),
              };
            },
          },
        ],
      },
    ],
    evaluation: classification(
      {
        training: (x) =>
          Object.fromEntries(
            cohort.pass([x], INFERENCE).members.map(({ logits }, h) => [`peer${h + 1}`, logits]),
          ),
      },
      roles,
      { diversity: { peers: roles, pairs: [] } },
    ),
  };
};
