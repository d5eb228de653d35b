import type * as tf from '@tensorflow/tfjs-core';
import { crossEntropy } from '../../losses/terms.ts';
import { INFERENCE, Network, TRAINING } from '../../models/network.ts';
import { StagedModel } from '../../models/stagedModel.ts';
import { plain } from '../../models/spec.ts';
import { classification, mainOf } from '../parts/classification.ts';
import { logitsOf, supervisedStage, viewOf } from '../parts/supervised.ts';
import type { Algorithm, Role, Stage } from '../training.ts';
import { BestHeads } from './bestHeads.ts';
import { cohortTerms } from './losses.ts';
import { attached, headSpec, type DihOptions } from './options.ts';

/** Heads on a trained teacher, which then teach the student together with it (dih.md §3). */
export const dih: Algorithm<DihOptions> = ({ options, seed, input, classes, backbone }) => {
  const teacher = new StagedModel('teacher', backbone('teacher'), input, { seed });
  const student = new Network('student', plain(backbone('student'), input), { seed });
  const points = attached(options, backbone('teacher'), input);
  const heads = points.map(
    ({ index, stage }) =>
      new Network(`head${index + 1}`, headSpec(stage.output, classes, options.headType), { seed }),
  );
  const best = new BestHeads(heads);
  /** What the frozen teacher says, and what its heads read. */
  const read = (x: tf.Tensor): { logits: tf.Tensor2D; features: tf.Tensor[] } => {
    const { logits, stages } = teacher.taps(x, INFERENCE);
    return { logits, features: points.map(({ index }) => stages[index] as tf.Tensor) };
  };
  const answers = (features: readonly tf.Tensor[], mode = INFERENCE): Record<string, tf.Tensor2D> =>
    Object.fromEntries(
      heads.map((head, index) => [head.name, logitsOf(head, features[index] as tf.Tensor, mode)]),
    );

  const headStage: Stage = {
    name: 'heads',
    schedules: () => ({}),
    phases: [
      {
        name: 'heads',
        views: 1,
        optimizer: 'heads',
        parameters: () => heads.flatMap((head) => head.parameters()),
        targets: (batch) => read(viewOf(batch)).features,
        forward: (batch, _clock, features) => {
          const outputs = answers(features, TRAINING);
          return {
            terms: Object.entries(outputs).map(([role, logits]) => crossEntropy(role, logits, batch.labels)),
            outputs,
          };
        },
      },
    ],
  };
  const studentStage: Stage = {
    name: 'student',
    schedules: () => ({}),
    begin: () => {
      if (options.selection === 'validationLoss') best.restoreHeads();
      return Promise.resolve();
    },
    phases: [
      {
        name: 'student',
        views: 1,
        optimizer: 'student',
        parameters: () => student.parameters(),
        targets: (batch) => {
          const { logits, features } = read(viewOf(batch));
          return [logits, ...Object.values(answers(features))];
        },
        forward: (batch, _clock, targets) => {
          const logits = logitsOf(student, viewOf(batch), TRAINING);
          const cohort = ['teacher', ...heads.map(({ name }) => name)].map((role, index) => ({
            role,
            logits: targets[index] as tf.Tensor2D,
          }));
          return {
            terms: cohortTerms(logits, cohort, batch.labels, options),
            outputs: {
              student: logits,
              ...Object.fromEntries(cohort.map((member) => [member.role, member.logits])),
            },
          };
        },
      },
    ],
  };
  const taught = (x: tf.Tensor): Record<string, tf.Tensor2D> => {
    const { logits, features } = read(x);
    return { teacher: logits, ...answers(features) };
  };
  const roles: Role[] = [
    { id: 'teacher', kind: 'teacher', path: mainOf('teacher') },
    // A head reads the teacher's features: it is no path of one network.
    ...heads.map(({ name }): Role => ({ id: name, kind: 'teacher', path: null })),
    { id: 'student', kind: 'student', path: mainOf('student') },
  ];
  return {
    networks: {
      teacher: teacher.network,
      ...Object.fromEntries(heads.map((head) => [head.name, head])),
      student,
    },
    slots: { bestHeads: best.slot },
    roles,
    stages: [supervisedStage('teacher', [teacher.network]), headStage, studentStage],
    evaluation: classification(
      {
        teacher: (x) => ({ teacher: teacher.logits(x, INFERENCE) }),
        heads: taught,
        student: (x) => ({ ...taught(x), student: logitsOf(student, x, INFERENCE) }),
      },
      ['student'],
      {
        diversity: { peers: [], pairs: [['student', 'teacher']] },
        observe: async ({ clock, crossEntropy: losses }) => {
          if (clock.stage === 'heads') await best.see(losses);
          return {};
        },
      },
    ),
  };
};
