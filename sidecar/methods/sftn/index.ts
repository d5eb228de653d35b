import { INFERENCE, TRAINING } from '../../models/network.ts';
import { StagedModel } from '../../models/stagedModel.ts';
import { classification, mainOf, withPaths } from '../parts/classification.ts';
import { offlineStage } from '../parts/offline.ts';
import { supervisedStage, viewOf } from '../parts/supervised.ts';
import type { Algorithm, Stage } from '../training.ts';
import { studentBranches } from './branches.ts';
import { sftnTerms } from './losses.ts';
import { sftn as declaration, type SftnOptions } from './options.ts';

/** A teacher that is trained together with student branches, then distilled as any other (sftn.md §3). */
export const sftn: Algorithm<SftnOptions> = ({ options, seed, input, backbone }) => {
  const teacher = new StagedModel('teacher', backbone('teacher'), input, { seed });
  const student = new StagedModel('student', backbone('student'), input, { seed });
  const shapes = teacher.staged.stages.map(({ output }) => output);
  const branches = studentBranches(student, shapes, options, seed);
  const friendly: Stage = {
    name: 'teacher',
    schedules: () => ({}),
    phases: [
      {
        name: 'teacher',
        views: 1,
        optimizer: 'teacher',
        parameters: () => [...teacher.parameters(), ...branches.parameters()],
        forward: (batch) => {
          const { logits, stages } = teacher.taps(viewOf(batch), TRAINING);
          const answers = branches.logits(stages, TRAINING);
          return {
            terms: sftnTerms(logits, answers, batch.labels, options),
            outputs: {
              teacher: logits,
              ...Object.fromEntries(answers.map((each, index) => [`branch${index + 1}`, each])),
            },
          };
        },
      },
    ],
  };
  const distillation = offlineStage('distillation', teacher.network, student.network, options.student);
  const teacherAnswers = (x: Parameters<typeof teacher.logits>[0]) => ({
    teacher: teacher.logits(x, INFERENCE),
  });
  return {
    networks: { teacher: teacher.network, student: student.network, ...branches.networks },
    slots: {},
    roles: withPaths(declaration.roles(options, []), {
      teacher: mainOf('teacher'),
      student: mainOf('student'),
    }),
    stages: [
      supervisedStage('plainTeacher', [teacher.network]),
      friendly,
      {
        ...distillation,
        begin: () => {
          if (options.studentInit === 'branch1') branches.copyInto(student);
          return Promise.resolve();
        },
      },
    ],
    evaluation: classification(
      {
        plainTeacher: teacherAnswers,
        teacher: teacherAnswers,
        distillation: (x) => ({ ...teacherAnswers(x), student: student.logits(x, INFERENCE) }),
      },
      ['student'],
      { diversity: { peers: [], pairs: [['student', 'teacher']] } },
    ),
  };
};
