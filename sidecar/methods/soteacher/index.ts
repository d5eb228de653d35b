import * as tf from '@tensorflow/tfjs-core';
import { crossEntropy, type LossTerm } from '../../losses/terms.ts';
import { INFERENCE, Network, TRAINING } from '../../models/network.ts';
import { plain } from '../../models/spec.ts';
import { classification, mainOf, withPaths } from '../parts/classification.ts';
import { offlineStage } from '../parts/offline.ts';
import { logitsOf, viewOf } from '../parts/supervised.ts';
import type { Algorithm, Clock, Stage } from '../training.ts';
import { PredictionHistory } from './history.ts';
import { consistency, lipschitz } from './losses.ts';
import { consistencyWeight, soteacher as declaration, type SoteacherOptions } from './options.ts';

/** A teacher that is kept smooth and true to its own past, then distilled as any other (soteacher.md §3). */
export const soteacher: Algorithm<SoteacherOptions> = ({
  options,
  seed,
  input,
  classes,
  trainSamples,
  stages,
  backbone,
}) => {
  const teacher = new Network('teacher', plain(backbone('teacher'), input), { seed });
  const student = new Network('student', plain(backbone('student'), input), { seed });
  const isConsistent = options.lambdaCR > 0;
  const history = new PredictionHistory(isConsistent ? trainSamples : 0, classes, options.historyMode);
  const epochs = stages.find(({ name }) => name === 'teacher')?.epochs ?? 1;
  const lambda = ({ epoch }: Clock): number => consistencyWeight(options, epoch + 1, epochs);

  const regularised: Stage = {
    name: 'teacher',
    schedules: (clock) => (isConsistent ? { consistency: lambda(clock) } : {}),
    phases: [
      {
        name: 'teacher',
        views: 1,
        optimizer: 'teacher',
        parameters: () => teacher.parameters(),
        targets: ({ samples, size }) => {
          if (!isConsistent) return [];
          const { targets, known } = history.read(samples);
          return [tf.tensor2d(targets, [size, classes]), tf.tensor1d(known)];
        },
        forward: (batch, clock, [targets, known]) => {
          const logits = logitsOf(teacher, viewOf(batch), TRAINING);
          const terms: LossTerm[] = [crossEntropy('teacher', logits, batch.labels)];
          if (options.lambdaLR > 0)
            terms.push({
              role: 'teacher',
              name: 'lipschitz',
              value: lipschitz(teacher),
              weight: options.lambdaLR,
            });
          if (targets && known)
            terms.push({
              role: 'teacher',
              name: 'consistency',
              value: consistency(logits, targets as tf.Tensor2D, known as tf.Tensor1D),
              weight: lambda(clock),
            });
          return { terms, outputs: { teacher: logits } };
        },
      },
    ],
    record: async ({ batch, outputs: { teacher: logits } }) => {
      if (!isConsistent || !logits) return;
      const probabilities = tf.softmax(logits);
      history.write(batch.samples, await probabilities.data<'float32'>());
      probabilities.dispose();
    },
  };
  return {
    networks: { teacher, student },
    slots: isConsistent ? { history: history.slot } : {},
    roles: withPaths(declaration.roles(options, []), {
      teacher: mainOf('teacher'),
      student: mainOf('student'),
    }),
    stages: [regularised, offlineStage('distillation', teacher, student, options.student)],
    evaluation: classification(
      {
        teacher: (x) => ({ teacher: logitsOf(teacher, x, INFERENCE) }),
        distillation: (x) => ({
          teacher: logitsOf(teacher, x, INFERENCE),
          student: logitsOf(student, x, INFERENCE),
        }),
      },
      ['student'],
      { diversity: { peers: [], pairs: [['student', 'teacher']] } },
    ),
  };
};
