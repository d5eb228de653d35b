import * as tf from '@tensorflow/tfjs-core';
import { crossEntropy, distillation } from '../../losses/terms.ts';
import { INFERENCE, TRAINING } from '../../models/network.ts';
import { StagedModel } from '../../models/stagedModel.ts';
import { classification, mainOf, withPaths } from '../parts/classification.ts';
import { supervisedStage, viewOf } from '../parts/supervised.ts';
import type { Algorithm, Clock, Stage } from '../training.ts';
import { Hybrid, teacherMode } from './hybrid.ts';
import { iakd as declaration, type IakdOptions } from './options.ts';
import { pairsOf } from './pairs.spec.ts';
import { keepProbability } from './schedule.options.ts';

/** A student whose blocks are exchanged at random for those of a frozen teacher, on labels alone (iakd.md §3). */
export const iakd: Algorithm<IakdOptions> = ({ options, seed, input, stages, backbone, rng }) => {
  const teacher = new StagedModel('teacher', backbone('teacher'), input, { seed });
  const student = new StagedModel('student', backbone('student'), input, { seed });
  const pairs = pairsOf(teacher.staged, student.staged, options.granularity);
  const hybrid = new Hybrid(teacher, student, pairs, seed);
  const length = stages.at(-1);
  const milestones = length?.schedule.name === 'multiStep' ? length.schedule.milestones : [];
  // A rate may drop within an epoch; the next one is the first of the new phase.
  const boundaries = options.phaseBoundaries ?? milestones.map(Math.ceil);
  const keep = ({ epoch }: Clock): number =>
    keepProbability(options, epoch, Math.round(length?.epochs ?? 1), boundaries);
  const draws = rng('gates');
  /** A function of the step alone, so that a resumed run draws the same. */
  const gates = (clock: Clock): boolean[] => {
    const stream = draws.at(clock.stageStep);
    const p = keep(clock);
    return pairs.map((_, index) => stream.uniform(index) < p);
  };
  const all = (value: boolean): boolean[] => pairs.map(() => value);
  const swappedIn = teacherMode(options.teacherBn);

  const interactive: Stage = {
    name: 'interactive',
    schedules: (clock) => ({ keepProbability: keep(clock) }),
    measures: (clock) =>
      Object.fromEntries(
        gates(clock).map((isStudent, index) => [
          `swapped/${pairs[index]?.name ?? index}`,
          Number(!isStudent),
        ]),
      ),
    phases: [
      {
        name: 'interactive',
        views: 1,
        optimizer: 'interactive',
        parameters: (clock) =>
          options.skippedUpdate === 'freeze'
            ? hybrid.parameters(gates(clock))
            : [...student.parameters(), ...hybrid.adapters.flatMap((network) => network.parameters())],
        targets: (batch) => (options.kdWeight > 0 ? [teacher.logits(viewOf(batch), INFERENCE)] : []),
        forward: (batch, clock, [target]) => {
          const logits = hybrid.logits(viewOf(batch), gates(clock), TRAINING, swappedIn);
          return {
            terms: [
              crossEntropy('student', logits, batch.labels),
              ...(target
                ? [
                    distillation(
                      'student',
                      'teacher',
                      logits,
                      target as tf.Tensor2D,
                      options.temperature,
                      options.kdWeight,
                    ),
                  ]
                : []),
            ],
            outputs: { hybrid: logits },
          };
        },
      },
    ],
  };
  return {
    networks: {
      teacher: teacher.network,
      student: student.network,
      ...Object.fromEntries(hybrid.adapters.map((network) => [network.name, network])),
    },
    slots: {},
    roles: withPaths(declaration.roles(options, []), {
      teacher: mainOf('teacher'),
      student: mainOf('student'),
    }),
    stages: [supervisedStage('teacher', [teacher.network]), interactive],
    evaluation: classification(
      {
        teacher: (x) => ({ teacher: teacher.logits(x, INFERENCE) }),
        interactive: (x) => ({
          teacher: teacher.logits(x, INFERENCE),
          student: student.logits(x, INFERENCE),
          swapped: hybrid.logits(x, all(false), INFERENCE, INFERENCE),
        }),
      },
      ['student'],
      {
        diversity: { peers: [], pairs: [['student', 'teacher']] },
        prepare: async ({ stage }, samples) => {
          if (stage !== 'interactive' || options.recalibrateBn === 0) return;
          for await (const { x } of samples.batches('train', options.recalibrateBn))
            tf.tidy(() => void student.logits(x, TRAINING));
        },
      },
    ),
  };
};
