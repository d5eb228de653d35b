import * as tf from '@tensorflow/tfjs-core';
import { INFERENCE, Network, TRAINING, type Mode } from '../../models/network.ts';
import { traceBlocks } from '../../models/shapes.spec.ts';
import { classification, withPaths } from '../parts/classification.ts';
import { branchCohort } from '../parts/cohort.ts';
import { numbered, ramped } from '../parts/common.options.ts';
import { mixture } from '../parts/mixture.ts';
import { logitsOf, viewOf } from '../parts/supervised.ts';
import type { Algorithm, Clock } from '../training.ts';
import { gateSpec } from './gate.spec.ts';
import { oneTerms } from './losses.ts';
import { one as declaration, type OneOptions } from './options.ts';

/** Branches on a shared trunk that learn from their own gated ensemble (baselines.md §6). */
export const one: Algorithm<OneOptions> = ({ options, seed, input, stages, backbone }) => {
  const { peers, temperature } = options;
  const student = backbone('student');
  const cohort = branchCohort(student, input, peers, seed);
  const gate = new Network('gate', gateSpec(traceBlocks(student.trunk, input, 'trunk').output, peers), {
    seed,
  });
  const roles = numbered('peer', peers);
  const epochs = stages.at(-1)?.epochs ?? 0;
  const omega = ({ epoch }: Clock): number => ramped(options, epoch, epochs);
  const pass = (x: tf.Tensor, mode: Mode): { logits: tf.Tensor2D[]; ensemble: tf.Tensor2D } => {
    const { trunk, members } = cohort.pass([x], mode);
    if (!trunk) throw new Error('The branches share no trunk.');
    const logits = members.map((member) => member.logits);
    return { logits, ensemble: mixture(logits, tf.softmax(logitsOf(gate, trunk, mode))) };
  };
  const named = ({ logits, ensemble }: ReturnType<typeof pass>): Record<string, tf.Tensor2D> => ({
    ...Object.fromEntries(logits.map((each, index) => [`peer${index + 1}`, each])),
    ensemble,
  });
  return {
    networks: { ...cohort.networks, gate },
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
            parameters: () => [...cohort.parameters(), ...gate.parameters()],
            forward: (batch, clock) => {
              const outputs = pass(viewOf(batch), TRAINING);
              return {
                terms: oneTerms(outputs.logits, outputs.ensemble, batch.labels, temperature, omega(clock)),
                outputs: named(outputs),
              };
            },
          },
        ],
      },
    ],
    evaluation: classification({ training: (x) => named(pass(x, INFERENCE)) }, ['peer1'], {
      diversity: { peers: roles, pairs: [] },
    }),
  };
};
