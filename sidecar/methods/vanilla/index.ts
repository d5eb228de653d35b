import { crossEntropy } from '../../losses/terms.ts';
import { INFERENCE, Network, TRAINING } from '../../models/network.ts';
import { plain } from '../../models/spec.ts';
import type { Algorithm } from '../training.ts';
import { vanilla as declaration, type VanillaOptions } from './options.ts';

/** Every named network alone on cross-entropy, all on the same view: the control. */
export const vanilla: Algorithm<VanillaOptions> = ({ options, seed, input, modelNames, backbone }) => {
  const networks = modelNames.map((name) => new Network(name, plain(backbone(name), input), { seed }));
  const byRole = <T>(value: (network: Network) => T): Record<string, T> =>
    Object.fromEntries(networks.map((network) => [network.name, value(network)]));
  return {
    networks: byRole((network) => network),
    slots: {},
    roles: declaration
      .roles(options, modelNames)
      .map((role) => ({ ...role, path: { network: role.id, output: 'main' } })),
    stages: [
      {
        name: 'training',
        schedules: () => ({}),
        phases: [
          {
            name: 'training',
            views: 1,
            optimizer: 'training',
            parameters: () => networks.flatMap((network) => network.parameters()),
            forward: ({ views: [x], labels }) => {
              if (!x) throw new Error('The batch has no view.');
              const outputs = byRole(
                (network) => network.branch('main', network.trunk(x, TRAINING), TRAINING).logits,
              );
              return {
                terms: Object.entries(outputs).map(([role, logits]) => crossEntropy(role, logits, labels)),
                outputs,
              };
            },
          },
        ],
      },
    ],
    evaluation: {
      kind: 'classification',
      predict: (x) =>
        byRole((network) => network.branch('main', network.trunk(x, INFERENCE), INFERENCE).logits),
      best: { id: 'best', among: [...modelNames] },
    },
  };
};
