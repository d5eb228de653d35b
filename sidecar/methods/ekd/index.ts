import type * as tf from '@tensorflow/tfjs-core';
import { INFERENCE, Network, TRAINING, type Mode, type Parameter } from '../../models/network.ts';
import { StagedModel } from '../../models/stagedModel.ts';
import { classification, mainOf, withPaths } from '../parts/classification.ts';
import { viewOf } from '../parts/supervised.ts';
import type { Algorithm, Phase } from '../training.ts';
import { levelRole, studentTerms, teacherTerms, type Levels } from './losses.ts';
import { ekd as declaration, guidedPairs, guideSpecs, lastWidth, type EkdOptions } from './options.ts';

/** A network with its guided modules. */
class Guided {
  readonly guides: readonly Network[];

  constructor(
    readonly model: StagedModel,
    readonly stages: readonly number[],
    specs: readonly Network['spec'][],
    seed: number,
  ) {
    const { name } = model.network;
    this.guides = specs.map((spec, index) => new Network(`${name}Guide${index + 1}`, spec, { seed }));
  }

  parameters(): Parameter[] {
    return [this.model.network, ...this.guides].flatMap((network) => network.parameters());
  }

  levels(x: tf.Tensor, mode: Mode): Levels {
    const { stages, logits } = this.model.taps(x, mode);
    const guided = this.guides.map((guide, index) => {
      const features = stages[this.stages[index] ?? 0] as tf.Tensor;
      return guide.branch('main', guide.trunk(features, mode), mode);
    });
    return {
      logits: [...guided.map((each) => each.logits), logits],
      features: guided.map((each) => each.features),
    };
  }
}

/** A teacher that learns together with the student and guides it level by level (ekd.md §3). */
export const ekd: Algorithm<EkdOptions> = ({ options, seed, input, classes, backbone }) => {
  const teacherModel = new StagedModel('teacher', backbone('teacher'), input, { seed });
  const studentModel = new StagedModel('student', backbone('student'), input, { seed });
  const pairs = guidedPairs(teacherModel.staged, studentModel.staged);
  const width = lastWidth(backbone('student'), input);
  const guided = (model: StagedModel, stages: readonly number[]): Guided =>
    new Guided(model, stages, guideSpecs(options, model.staged, stages, width, classes), seed);
  const teacher = guided(
    teacherModel,
    pairs.map((pair) => pair.teacher),
  );
  const student = guided(
    studentModel,
    pairs.map((pair) => pair.student),
  );
  const named = (of: 'teacher' | 'student', { logits }: Levels): Record<string, tf.Tensor2D> =>
    Object.fromEntries(logits.map((each, level) => [levelRole(of, level, logits.length), each]));

  const simultaneous: Phase = {
    name: 'training',
    views: 1,
    optimizer: 'training',
    parameters: () => [...teacher.parameters(), ...student.parameters()],
    forward: (batch) => {
      const [taught, learnt] = [teacher, student].map((each) => each.levels(viewOf(batch), TRAINING)) as [
        Levels,
        Levels,
      ];
      return {
        terms: [
          ...teacherTerms(taught, batch.labels),
          ...studentTerms(learnt, taught, batch.labels, options),
        ],
        outputs: { ...named('teacher', taught), ...named('student', learnt) },
      };
    },
  };
  const teacherFirst: Phase[] = [
    {
      name: 'teacher',
      views: 1,
      optimizer: 'teacher',
      parameters: () => teacher.parameters(),
      forward: (batch) => {
        const levels = teacher.levels(viewOf(batch), TRAINING);
        return { terms: teacherTerms(levels, batch.labels), outputs: named('teacher', levels) };
      },
    },
    {
      name: 'student',
      views: 1,
      optimizer: 'student',
      parameters: () => student.parameters(),
      targets: (batch) => {
        const { logits, features } = teacher.levels(viewOf(batch), {
          training: true,
          updateStatistics: false,
        });
        return [...logits, ...features];
      },
      forward: (batch, _clock, targets) => {
        const count = pairs.length + 1;
        const taught = {
          logits: targets.slice(0, count) as tf.Tensor2D[],
          features: targets.slice(count) as tf.Tensor2D[],
        };
        const levels = student.levels(viewOf(batch), TRAINING);
        return {
          terms: studentTerms(levels, taught, batch.labels, { ...options, trainTeacherFromStudent: false }),
          outputs: named('student', levels),
        };
      },
    },
  ];
  return {
    networks: Object.fromEntries(
      [teacherModel.network, ...teacher.guides, studentModel.network, ...student.guides].map((network) => [
        network.name,
        network,
      ]),
    ),
    slots: {},
    roles: withPaths(declaration.roles(options, []), {
      teacher: mainOf('teacher'),
      student: mainOf('student'),
    }),
    stages: [
      {
        name: 'training',
        schedules: () => ({}),
        phases: options.order === 'simultaneous' ? [simultaneous] : teacherFirst,
      },
    ],
    evaluation: classification(
      {
        training: (x) => ({
          teacher: teacherModel.logits(x, INFERENCE),
          student: studentModel.logits(x, INFERENCE),
        }),
      },
      ['student'],
      { diversity: { peers: [], pairs: [['student', 'teacher']] } },
    ),
  };
};
