import type * as tf from '@tensorflow/tfjs-core';
import { asConstant } from '../../backends/ops/index.ts';
import { crossEntropy, distillation, mean } from '../../losses/terms.ts';
import { INFERENCE, TRAINING } from '../../models/network.ts';
import { classification, mainOf, withPaths } from '../parts/classification.ts';
import { networkCohort } from '../parts/cohort.ts';
import type { Algorithm, Slot } from '../training.ts';
import { kdcl as declaration, type KdclOptions } from './options.ts';
import { errorMatrix, leastErrorShares } from './shares.ts';
import { generalTarget, linearTarget, minLogitTarget, naiveTarget } from './targets.ts';

/** Networks on views of their own that all learn from one target made of their logits (baselines.md §5). */
export const kdcl: Algorithm<KdclOptions> = ({ options, seed, input, modelNames, backbone }) => {
  const cohort = networkCohort(new Map(modelNames.map((name) => [name, backbone(name)])), input, seed);
  let shares = Float32Array.from(modelNames, () => 1 / modelNames.length);
  const slot: Slot = {
    save: () => ({ shares: shares.slice() }),
    restore: ({ shares: saved }) => {
      shares = Float32Array.from(saved as Float32Array);
    },
  };
  const targetOf = (logits: readonly tf.Tensor2D[], labels: tf.Tensor1D): tf.Tensor2D => {
    switch (options.target) {
      case 'naive':
        return naiveTarget(logits, labels);
      case 'linear':
        return linearTarget(logits, labels).target;
      case 'minLogit':
        return minLogitTarget(logits, labels);
      case 'general':
        return generalTarget(logits, [...shares]);
      case 'mean':
        return mean(logits);
    }
  };
  const named = (logits: readonly tf.Tensor2D[]): Record<string, tf.Tensor2D> =>
    Object.fromEntries(logits.map((each, index) => [modelNames[index] ?? '', each]));
  return {
    networks: cohort.networks,
    slots: options.target === 'general' ? { shares: slot } : {},
    roles: withPaths(
      declaration.roles(options, modelNames),
      Object.fromEntries(modelNames.map((name) => [name, mainOf(name)])),
    ),
    stages: [
      {
        name: 'training',
        schedules: () =>
          options.target === 'general'
            ? Object.fromEntries(modelNames.map((name, index) => [`share/${name}`, shares[index] ?? NaN]))
            : {},
        phases: [
          {
            name: 'training',
            views: modelNames.length,
            optimizer: 'training',
            parameters: () => cohort.parameters(),
            forward: ({ views, labels }) => {
              const logits = cohort.pass(views, TRAINING).members.map((member) => member.logits);
              const target = asConstant(() => targetOf(logits, labels));
              return {
                terms: logits.flatMap((each, index) => {
                  const role = modelNames[index] ?? '';
                  return [
                    crossEntropy(role, each, labels, options.labelWeight),
                    distillation(role, 'collective', each, target, options.temperature, options.mu),
                  ];
                }),
                outputs: named(logits),
              };
            },
          },
        ],
      },
    ],
    evaluation: classification(
      { training: (x) => named(cohort.pass([x], INFERENCE).members.map(({ logits }) => logits)) },
      modelNames,
      {
        diversity: { peers: modelNames, pairs: [] },
        observe: ({ logits, labels }) => {
          if (options.target === 'general')
            shares = Float32Array.from(
              leastErrorShares(
                errorMatrix(
                  modelNames.map((name) => logits[name] ?? new Float32Array()),
                  labels,
                ),
              ),
            );
          return Promise.resolve({});
        },
      },
    ),
  };
};
