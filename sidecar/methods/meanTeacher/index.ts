import type * as tf from '@tensorflow/tfjs-core';
import { emaStep } from '../../backends/ops/index.ts';
import { INFERENCE, Network, TRAINING } from '../../models/network.ts';
import { plain } from '../../models/spec.ts';
import { emaCoefficient } from '../../schedules/emaWarmup.ts';
import { classification, mainOf, withPaths } from '../parts/classification.ts';
import { logitsOf, viewOf } from '../parts/supervised.ts';
import type { Algorithm, Clock } from '../training.ts';
import { meanTeacherTerms } from './losses.ts';
import { consistencyWeight, meanTeacher as declaration, type MeanTeacherOptions } from './options.ts';

/** A student that is to agree with the average of its own past on another view (baselines.md §9). */
export const meanTeacher: Algorithm<MeanTeacherOptions> = ({ options, seed, input, stages, backbone }) => {
  const spec = plain(backbone('student'), input);
  const student = new Network('student', spec, { seed });
  const teacher = new Network('teacher', spec, { seed });
  teacher.copyFrom(student);
  const epochs = stages.at(-1)?.epochs ?? 0;
  const alpha = ({ stageStep }: Clock): number => emaCoefficient('keepInit', stageStep, options.beta);
  const weight = ({ epoch }: Clock): number => consistencyWeight(options, epoch, epochs);
  const averaged = (network: Network): tf.Variable[] => network.parameters().map(({ variable }) => variable);
  return {
    networks: { student, teacher },
    slots: {},
    roles: withPaths(declaration.roles(options, []), {
      student: mainOf('student'),
      teacher: mainOf('teacher'),
    }),
    stages: [
      {
        name: 'training',
        schedules: (clock) => ({ consistency: weight(clock), alpha: alpha(clock) }),
        phases: [
          {
            name: 'student',
            views: 2,
            optimizer: 'student',
            parameters: () => student.parameters(),
            targets: (batch) => [logitsOf(teacher, viewOf(batch, 1), TRAINING)],
            forward: (batch, clock, [target]) => {
              const logits = logitsOf(student, viewOf(batch), TRAINING);
              const answer = target as tf.Tensor2D;
              return {
                terms: meanTeacherTerms(logits, answer, batch.labels, options.distance, weight(clock)),
                outputs: { student: logits, teacher: answer },
              };
            },
          },
        ],
        afterStep: (clock, gate) => {
          emaStep(averaged(teacher), averaged(student), alpha(clock), gate);
        },
      },
    ],
    evaluation: classification(
      {
        training: (x) => ({
          student: logitsOf(student, x, INFERENCE),
          teacher: logitsOf(teacher, x, INFERENCE),
        }),
      },
      ['student', 'teacher'],
      {
        diversity: {
          peers: [],
          pairs: [['student', 'teacher']],
          weights: { student, teacher, scopes: ['trunk', 'main'] },
        },
      },
    ),
  };
};
