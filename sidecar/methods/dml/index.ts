import type * as tf from '@tensorflow/tfjs-core';
import { INFERENCE, Network, TRAINING } from '../../models/network.ts';
import { plain } from '../../models/spec.ts';
import { classification, mainOf, withPaths } from '../parts/classification.ts';
import { logitsOf, viewOf } from '../parts/supervised.ts';
import type { Algorithm, Phase } from '../training.ts';
import { dmlTerms } from './losses.ts';
import { dml as declaration, type DmlOptions } from './options.ts';

/** Networks of one view that learn from labels and from each other (baselines.md §3). */
export const dml: Algorithm<DmlOptions> = ({ options, seed, input, modelNames, backbone }) => {
  const networks = modelNames.map((name) => new Network(name, plain(backbone(name), input), { seed }));
  const byName = <T>(of: (network: Network) => T): Record<string, T> =>
    Object.fromEntries(networks.map((network) => [network.name, of(network)]));
  const simultaneous: Phase = {
    name: 'mutual',
    views: 1,
    optimizer: 'mutual',
    parameters: () => networks.flatMap((network) => network.parameters()),
    forward: (batch) => {
      const outputs = byName((network) => logitsOf(network, viewOf(batch), TRAINING));
      const logits = Object.values(outputs);
      return { terms: logits.flatMap((_, k) => dmlTerms(k, logits, batch.labels, options)), outputs };
    },
  };
  const sequential = networks.map((network, k): Phase => ({
    name: network.name,
    views: 1,
    optimizer: network.name,
    parameters: () => network.parameters(),
    // Predicted anew with the weights that the phases before have left; statistics move in a network's own phase alone.
    targets: (batch) =>
      networks
        .filter((other) => other !== network)
        .map((other) => logitsOf(other, viewOf(batch), { training: true, updateStatistics: false })),
    forward: (batch, _clock, targets) => {
      const own = logitsOf(network, viewOf(batch), TRAINING);
      const all = [...targets.slice(0, k), own, ...targets.slice(k)] as tf.Tensor2D[];
      return {
        terms: dmlTerms(k, all, batch.labels, { ...options, detachTarget: true }),
        outputs: { [network.name]: own },
      };
    },
  }));
  return {
    networks: byName((network) => network),
    slots: {},
    roles: withPaths(
      declaration.roles(options, modelNames),
      byName(({ name }) => mainOf(name)),
    ),
    stages: [
      {
        name: 'mutual',
        schedules: () => ({}),
        phases: options.update === 'simultaneous' ? [simultaneous] : sequential,
      },
    ],
    evaluation: classification(
      { mutual: (x) => byName((network) => logitsOf(network, x, INFERENCE)) },
      modelNames,
      { diversity: { peers: modelNames, pairs: [] } },
    ),
  };
};
