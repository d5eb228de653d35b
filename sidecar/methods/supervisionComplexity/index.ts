import * as tf from '@tensorflow/tfjs-core';
import { crossEntropy, distillation, type LossTerm } from '../../losses/terms.ts';
import { INFERENCE, Network, TRAINING } from '../../models/network.ts';
import { plain } from '../../models/spec.ts';
import { classification, mainOf, withPaths } from '../parts/classification.ts';
import { logitsOf, supervisedStage, viewOf } from '../parts/supervised.ts';
import type { Algorithm, Clock, PlainSamples, Stage } from '../training.ts';
import { checkpointAt } from './checkpoints.options.ts';
import { complexities } from './measure.ts';
import { tangentKernel } from './ntk.ts';
import { supervisionComplexity as declaration, type SupervisionComplexityOptions } from './options.ts';
import { Trajectory } from './trajectory.ts';

/** A student that is supervised by its teacher's own checkpoints, one after the other (supervision-complexity.md §3). */
export const supervisionComplexity: Algorithm<SupervisionComplexityOptions> = ({
  options,
  seed,
  input,
  classes,
  stages,
  backbone,
  rng,
}) => {
  const { supervision, period, mapping, temperature, alpha, measure } = options;
  const teacherSpec = plain(backbone('teacher'), input);
  const teacher = new Network('teacher', teacherSpec, { seed });
  const student = new Network('student', plain(backbone('student'), input), { seed });
  /** The teacher as it was; what it holds follows from the trajectory, so it is in no checkpoint. */
  const supervisor = new Network('supervisor', teacherSpec, { seed });
  const trajectory = new Trajectory();
  const [teacherLength] = stages;
  const perEpoch = Math.max(
    1,
    Math.round((teacherLength?.steps ?? 1) / Math.max(teacherLength?.epochs ?? 1, 1e-9)),
  );
  let loaded: number | null = null;

  const checkpointOf = ({ epoch }: Clock): number => {
    if (supervision === 'none') return trajectory.last;
    const order = rng('order').permutation(trajectory.last + 1);
    return checkpointAt(supervision, mapping, epoch, period, trajectory.last, order);
  };
  const supervise = (index: number): void => {
    if (loaded === index) return;
    trajectory.load(index, supervisor);
    loaded = index;
  };

  const teacherStage: Stage = {
    ...supervisedStage('teacher', [teacher]),
    beforeStep: async ({ stageStep }) => {
      if (stageStep % (perEpoch * period) === 0)
        await trajectory.capture(stageStep / (perEpoch * period), teacher);
    },
  };
  const studentStage: Stage = {
    name: 'student',
    schedules: () => ({}),
    begin: async () => {
      // The end of its training is a checkpoint too, whether or not a period ends there.
      const steps = teacherLength?.steps ?? 0;
      await trajectory.capture(Math.ceil(steps / (perEpoch * period)), teacher);
    },
    beforeStep: (clock) => {
      if (supervision !== 'none') supervise(checkpointOf(clock));
      return Promise.resolve();
    },
    measures: (clock) => {
      if (supervision === 'none') return {};
      const checkpoint = checkpointOf(clock);
      return {
        'supervision/checkpoint': checkpoint,
        'supervision/lag': clock.epoch - checkpoint * period,
      };
    },
    phases: [
      {
        name: 'student',
        views: 1,
        optimizer: 'student',
        parameters: () => student.parameters(),
        targets: (batch) => (supervision === 'none' ? [] : [logitsOf(supervisor, viewOf(batch), INFERENCE)]),
        forward: (batch, _clock, [target]) => {
          const logits = logitsOf(student, viewOf(batch), TRAINING);
          const toTeacher = target ? alpha : 0;
          const terms: LossTerm[] = [];
          if (toTeacher < 1) terms.push(crossEntropy('student', logits, batch.labels, 1 - toTeacher));
          if (target) {
            const scale = options.temperatureSquared ? 1 : 1 / temperature ** 2;
            terms.push(
              distillation(
                'student',
                'supervision',
                logits,
                target as tf.Tensor2D,
                temperature,
                toTeacher * scale,
              ),
            );
          }
          return {
            terms,
            outputs: { student: logits, ...(target ? { supervisor: target as tf.Tensor2D } : {}) },
          };
        },
      },
    ],
  };

  /** Adjusted complexity of labels, of the final teacher and of the present one, for the student as it is. */
  const measured = async (clock: Clock, samples: PlainSamples): Promise<Record<string, number>> => {
    if (measure.examples === 0 || clock.stage !== 'student') return {};
    for await (const { x, labels } of samples.batches('validation', measure.examples)) {
      const [n] = x.shape as [number];
      const forward = (input2: tf.Tensor): tf.Tensor2D => logitsOf(student, input2, INFERENCE);
      const { kernel } = await tangentKernel(
        forward,
        x,
        classes,
        student.parameters().map(({ variable }) => variable),
      );
      const residual = (target: tf.Tensor2D): tf.Tensor => tf.sub(target, forward(x));
      const softened = (of: Network): tf.Tensor2D =>
        tf.softmax(tf.div<tf.Tensor2D>(logitsOf(of, x, INFERENCE), temperature));
      const targets: Record<string, tf.Tensor> = tf.tidy(() => ({
        labels: residual(tf.cast(tf.oneHot(labels, classes), 'float32') as tf.Tensor2D),
        offline: residual(softened(teacher)),
        ...(supervision === 'none' || loaded === null ? {} : { supervisor: residual(softened(supervisor)) }),
      }));
      const names = Object.keys(targets);
      const values = await Promise.all(names.map((name) => (targets[name] as tf.Tensor).data<'float32'>()));
      tf.dispose(targets);
      const found = complexities(kernel, values, n, measure.jitter);
      return Object.fromEntries(
        names.map((name, index) => [`complexity/${name}`, found[index]?.adjusted ?? NaN]),
      );
    }
    return {};
  };

  return {
    networks: { teacher, student },
    slots: { trajectory: trajectory.slot },
    roles: withPaths(declaration.roles(options, []), {
      teacher: mainOf('teacher'),
      student: mainOf('student'),
    }),
    stages: [teacherStage, studentStage],
    evaluation: classification(
      {
        teacher: (x) => ({ teacher: logitsOf(teacher, x, INFERENCE) }),
        student: (x) => ({
          teacher: logitsOf(teacher, x, INFERENCE),
          student: logitsOf(student, x, INFERENCE),
        }),
      },
      ['student'],
      {
        diversity: { peers: [], pairs: [['student', 'teacher']] },
        observe: ({ clock }, samples) => measured(clock, samples),
      },
    ),
  };
};
