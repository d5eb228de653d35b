import type * as tf from '@tensorflow/tfjs-core';
import { crossEntropy } from '../../losses/terms.ts';
import { INFERENCE, Network, TRAINING, type Mode } from '../../models/network.ts';
import { plain } from '../../models/spec.ts';
import { classification, mainOf, withPaths } from '../parts/classification.ts';
import { logitsOf, supervisedPhase, supervisedStage, viewOf } from '../parts/supervised.ts';
import type { Algorithm, Phase } from '../training.ts';
import { ensembleLogits } from './ensemble.ts';
import { studentTerms } from './losses.ts';
import { kdml as declaration, type KdmlOptions } from './options.ts';

const PEEK: Mode = { training: true, updateStatistics: false };

/** A teacher and students that learn from labels, from it and from each other, all at once (kdml.md §3). */
export const kdml: Algorithm<KdmlOptions> = ({ options, seed, input, modelNames, backbone }) => {
  const network = (name: string): Network => new Network(name, plain(backbone(name), input), { seed });
  const teacher = network('teacher');
  const students = modelNames.filter((name) => name !== 'teacher').map(network);
  const online = options.teacher === 'online';
  const names = students.map(({ name }) => name);
  const named = (logits: readonly tf.Tensor2D[]): Record<string, tf.Tensor2D> =>
    Object.fromEntries(logits.map((each, index) => [names[index] ?? '', each]));

  const synchronous: Phase = {
    name: 'cohort',
    views: 1,
    optimizer: 'cohort',
    parameters: () => [...(online ? [teacher] : []), ...students].flatMap((each) => each.parameters()),
    forward: (batch) => {
      const taught = logitsOf(teacher, viewOf(batch), online ? TRAINING : INFERENCE);
      const logits = students.map((each) => logitsOf(each, viewOf(batch), TRAINING));
      return {
        terms: [
          ...(online ? [crossEntropy('teacher', taught, batch.labels)] : []),
          ...logits.flatMap((_, k) => studentTerms(k, logits, taught, batch.labels, options)),
        ],
        outputs: { teacher: taught, ...named(logits) },
      };
    },
  };
  const sequential: Phase[] = [
    ...(online ? [supervisedPhase('teacher', [teacher])] : []),
    ...students.map((student, k): Phase => ({
      name: student.name,
      views: 1,
      optimizer: student.name,
      parameters: () => student.parameters(),
      targets: (batch) => [
        logitsOf(teacher, viewOf(batch), online ? PEEK : INFERENCE),
        ...students.filter((other) => other !== student).map((other) => logitsOf(other, viewOf(batch), PEEK)),
      ],
      forward: (batch, _clock, [taught, ...others]) => {
        const own = logitsOf(student, viewOf(batch), TRAINING);
        const all = [...others.slice(0, k), own, ...others.slice(k)] as tf.Tensor2D[];
        return {
          terms: studentTerms(k, all, taught as tf.Tensor2D, batch.labels, options),
          outputs: { [student.name]: own },
        };
      },
    })),
  ];
  return {
    networks: Object.fromEntries([teacher, ...students].map((each) => [each.name, each])),
    slots: {},
    roles: withPaths(
      declaration.roles(options, modelNames),
      Object.fromEntries(modelNames.map((name) => [name, mainOf(name)])),
    ),
    stages: [
      supervisedStage('teacher', [teacher]),
      {
        name: 'cohort',
        schedules: () => ({}),
        phases: options.update === 'synchronous' ? [synchronous] : sequential,
      },
    ],
    evaluation: classification(
      {
        teacher: (x) => ({ teacher: logitsOf(teacher, x, INFERENCE) }),
        cohort: (x) => {
          const logits = students.map((each) => logitsOf(each, x, INFERENCE));
          return {
            teacher: logitsOf(teacher, x, INFERENCE),
            ...named(logits),
            ensemble: ensembleLogits(logits, options.ensemble),
          };
        },
      },
      names,
      { diversity: { peers: names, pairs: names.map((name) => [name, 'teacher'] as const) } },
    ),
  };
};
