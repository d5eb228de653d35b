import { INFERENCE, Network } from '../../models/network.ts';
import { plain } from '../../models/spec.ts';
import { classification, mainOf, withPaths } from '../parts/classification.ts';
import { offlineStage } from '../parts/offline.ts';
import { logitsOf, supervisedStage } from '../parts/supervised.ts';
import type { Algorithm } from '../training.ts';
import { hinton as declaration, labelWeight, type HintonOptions } from './options.ts';

/** A teacher on labels, then a student on labels and the frozen teacher (baselines.md §2). */
export const hinton: Algorithm<HintonOptions> = ({ options, seed, input, backbone }) => {
  const teacher = new Network('teacher', plain(backbone('teacher'), input), { seed });
  const student = new Network('student', plain(backbone('student'), input), { seed });
  return {
    networks: { teacher, student },
    slots: {},
    roles: withPaths(declaration.roles(options, []), {
      teacher: mainOf('teacher'),
      student: mainOf('student'),
    }),
    stages: [
      supervisedStage('teacher', [teacher]),
      offlineStage('distillation', teacher, student, {
        labels: labelWeight(options),
        teacher: options.alpha,
        temperature: options.temperature,
      }),
    ],
    evaluation: classification(
      {
        teacher: (x) => ({ teacher: logitsOf(teacher, x, INFERENCE) }),
        distillation: (x) => ({
          teacher: logitsOf(teacher, x, INFERENCE),
          student: logitsOf(student, x, INFERENCE),
        }),
      },
      ['student'],
    ),
  };
};
