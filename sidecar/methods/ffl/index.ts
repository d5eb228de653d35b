import type * as tf from '@tensorflow/tfjs-core';
import { concatChannels } from '../../backends/ops/index.ts';
import { INFERENCE, Network, TRAINING, type Mode } from '../../models/network.ts';
import { classification, mainOf, withPaths } from '../parts/classification.ts';
import { branchCohort, networkCohort } from '../parts/cohort.ts';
import { ramped } from '../parts/common.options.ts';
import { logitsOf, viewOf } from '../parts/supervised.ts';
import type { Algorithm, Clock } from '../training.ts';
import { fusionSpec } from './fusion.spec.ts';
import { fflTerms } from './losses.ts';
import { ffl as declaration, lastMap, type FflOptions } from './options.ts';

/** Two sub-networks and a classifier on their fused feature maps that teach each other (baselines.md §8). */
export const ffl: Algorithm<FflOptions> = ({
  options,
  seed,
  input,
  classes,
  stages,
  modelNames,
  backbone,
}) => {
  const backbones = new Map(modelNames.map((name) => [name, backbone(name)]));
  const [first] = backbones.values();
  if (!first) throw new Error('FFL has no model.');
  const cohort = options.sharedTrunk
    ? branchCohort(first, input, 2, seed)
    : networkCohort(backbones, input, seed);
  const maps = (options.sharedTrunk ? [first, first] : [...backbones.values()]).map((each) =>
    lastMap(each, input),
  );
  const [height = 1, width = 1, features = 1] = maps[0] ?? [];
  const channels = maps.reduce((sum, map) => sum + (map[2] ?? 0), 0);
  const fusion = new Network('fusion', fusionSpec([height, width, channels], features, classes), { seed });
  const epochs = stages.at(-1)?.epochs ?? 0;
  const omega = ({ epoch }: Clock): number => ramped(options, epoch, epochs);
  const pass = (x: tf.Tensor, mode: Mode): { peers: [tf.Tensor2D, tf.Tensor2D]; fused: tf.Tensor2D } => {
    const [one, two] = cohort.pass([x], mode).members;
    if (!one || !two) throw new Error('FFL has two sub-networks.');
    const fused = logitsOf(fusion, concatChannels([one.map, two.map]), mode);
    return { peers: [one.logits, two.logits], fused };
  };
  const named = ({ peers: [peer1, peer2], fused }: ReturnType<typeof pass>) => ({ peer1, peer2, fused });
  return {
    networks: { ...cohort.networks, fusion },
    slots: {},
    roles: withPaths(declaration.roles(options, modelNames), {
      peer1: cohort.paths[0] ?? mainOf('peer1'),
      peer2: cohort.paths[1] ?? mainOf('peer2'),
    }),
    stages: [
      {
        name: 'training',
        schedules: (clock) => ({ omega: omega(clock) }),
        optimizers: { fusion: (base) => ({ ...base, weightDecay: options.fusionWeightDecay }) },
        phases: [
          {
            name: 'training',
            views: 1,
            optimizer: 'training',
            parameters: () => [
              ...cohort.parameters(),
              ...fusion.parameters().map((parameter) => ({ ...parameter, group: 'fusion' })),
            ],
            forward: (batch, clock) => {
              const outputs = pass(viewOf(batch), TRAINING);
              return {
                terms: fflTerms(
                  outputs.peers,
                  outputs.fused,
                  batch.labels,
                  options.temperature,
                  omega(clock),
                ),
                outputs: named(outputs),
              };
            },
          },
        ],
      },
    ],
    evaluation: classification({ training: (x) => named(pass(x, INFERENCE)) }, ['peer1', 'peer2'], {
      diversity: { peers: ['peer1', 'peer2'], pairs: [] },
    }),
  };
};
