import type * as tf from '@tensorflow/tfjs-core';
import { INFERENCE, Network, TRAINING } from '../../models/network.ts';
import { traceBlocks } from '../../models/shapes.spec.ts';
import { classification, withPaths } from '../parts/classification.ts';
import { branchCohort, networkCohort } from '../parts/cohort.ts';
import { numbered, ramped } from '../parts/common.options.ts';
import { viewOf } from '../parts/supervised.ts';
import type { Algorithm, Clock } from '../training.ts';
import { attentionSpec } from './attention.spec.ts';
import { attentions, okddipTerms } from './losses.ts';
import { okddip as declaration, type OkddipOptions } from './options.ts';

/** Peers with targets of their own by attention, and a leader that learns from all of them (baselines.md §7). */
export const okddip: Algorithm<OkddipOptions> = ({ options, seed, input, stages, modelNames, backbone }) => {
  const { peers, structure } = options;
  const roles = [...numbered('peer', peers), 'leader'];
  const backbones = new Map(modelNames.map((name) => [name, backbone(name)]));
  const [first] = backbones.values();
  if (!first) throw new Error('OKDDip has no model.');
  const cohort =
    structure === 'branches'
      ? branchCohort(first, input, peers + 1, seed)
      : networkCohort(backbones, input, seed);
  const { output } = traceBlocks([...first.trunk, ...first.tail], input, 'features');
  const attention = new Network('attention', attentionSpec(output[0] ?? 0), { seed });
  const projected = (name: string, features: tf.Tensor2D): tf.Tensor2D =>
    attention.branch(name, features, TRAINING).logits;
  const epochs = stages.at(-1)?.epochs ?? 0;
  const omega = ({ epoch }: Clock): number => ramped(options, epoch, epochs);
  const named = (logits: readonly tf.Tensor2D[]): Record<string, tf.Tensor2D> =>
    Object.fromEntries(logits.map((each, index) => [roles[index] ?? '', each]));
  return {
    networks: { ...cohort.networks, attention },
    slots: {},
    roles: withPaths(
      declaration.roles(options, modelNames),
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
            parameters: () => [...cohort.parameters(), ...attention.parameters()],
            forward: (batch, clock) => {
              const { members } = cohort.pass([viewOf(batch)], TRAINING);
              const logits = members.map((member) => member.logits);
              const features = members.slice(0, peers).map((member) => member.features);
              const weights = attentions(
                features.map((each) => projected('query', each)),
                features.map((each) => projected('key', each)),
              );
              const [leader] = logits.slice(peers);
              if (!leader) throw new Error('The cohort has no leader.');
              return {
                terms: okddipTerms(
                  logits.slice(0, peers),
                  leader,
                  weights,
                  batch.labels,
                  options,
                  omega(clock),
                ),
                outputs: named(logits),
              };
            },
          },
        ],
      },
    ],
    evaluation: classification(
      { training: (x) => named(cohort.pass([x], INFERENCE).members.map(({ logits }) => logits)) },
      ['leader'],
      { diversity: { peers: numbered('peer', peers), pairs: [] } },
    ),
  };
};
