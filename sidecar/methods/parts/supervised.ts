import type * as tf from '@tensorflow/tfjs-core';
import { crossEntropy } from '../../losses/terms.ts';
import { TRAINING, type Network } from '../../models/network.ts';
import type { Mode } from '../../models/network.ts';
import type { Phase, Stage, TrainingBatch } from '../training.ts';

/** One view of a batch. @param index 0-based */
export function viewOf({ views }: Pick<TrainingBatch, 'views'>, index = 0): tf.Tensor {
  const view = views[index];
  if (!view) throw new Error(`The batch has ${views.length} views; view ${index + 1} is wanted.`);
  return view;
}

/** Logits of a plain network. */
export const logitsOf = (network: Network, x: tf.Tensor, mode: Mode): tf.Tensor2D =>
  network.branch('main', network.trunk(x, mode), mode).logits;

/** Plain networks on cross-entropy, all on the same view; each is its own role. */
export const supervisedPhase = (name: string, networks: readonly Network[]): Phase => ({
  name,
  views: 1,
  optimizer: name,
  parameters: () => networks.flatMap((network) => network.parameters()),
  forward: (batch) => {
    const outputs = Object.fromEntries(
      networks.map((network) => [network.name, logitsOf(network, viewOf(batch), TRAINING)]),
    );
    return {
      terms: Object.entries(outputs).map(([role, logits]) => crossEntropy(role, logits, batch.labels)),
      outputs,
    };
  },
});

/** A stage that trains networks alone, as teachers are before they teach. */
export const supervisedStage = (name: string, networks: readonly Network[]): Stage => ({
  name,
  schedules: () => ({}),
  phases: [supervisedPhase(name, networks)],
});
