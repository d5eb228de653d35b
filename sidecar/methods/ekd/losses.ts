import type * as tf from '@tensorflow/tfjs-core';
import { detached } from '../../backends/ops/index.ts';
import {
  coupledDistillation,
  crossEntropy,
  distillation,
  meanSquared,
  type LossTerm,
} from '../../losses/terms.ts';
import type { EkdOptions } from './options.ts';

/** Heads of one network by level: guided modules first, the classifier last. */
export interface Levels {
  /** [batch, classes], one per level. */
  readonly logits: readonly tf.Tensor2D[];
  /** [batch, width], one per guided module. */
  readonly features: readonly tf.Tensor2D[];
}

/** The role of a level: `studentGuide1` …, then `student`. */
export const levelRole = (network: 'teacher' | 'student', level: number, levels: number): string =>
  level === levels - 1 ? network : `${network}Guide${level + 1}`;

export const teacherTerms = ({ logits }: Levels, labels: tf.Tensor1D): LossTerm[] =>
  logits.map((each, level) => crossEntropy(levelRole('teacher', level, logits.length), each, labels));

/** The student's terms; the teacher is a constant unless it is to learn from the student (ekd.md §3.2). */
export function studentTerms(
  student: Levels,
  teacher: Levels,
  labels: tf.Tensor1D,
  {
    temperature,
    labelWeight,
    kdWeight,
    featureWeight,
    teacherGuides,
    trainTeacherFromStudent,
  }: Omit<EkdOptions, 'name' | 'order' | 'guide' | 'guideWidth'>,
): LossTerm[] {
  const count = student.logits.length;
  const kd = trainTeacherFromStudent ? coupledDistillation : distillation;
  return student.logits.flatMap((logits, level) => {
    const role = levelRole('student', level, count);
    const target = teacher.logits[teacherGuides === 'shared' ? count - 1 : level];
    const [own, other] = [student.features[level], teacher.features[level]];
    const terms = [crossEntropy(role, logits, labels, labelWeight)];
    if (kdWeight > 0 && target) terms.push(kd(role, 'distillation', logits, target, temperature, kdWeight));
    if (featureWeight > 0 && own && other)
      terms.push({
        role,
        name: 'feature',
        value: meanSquared(own, trainTeacherFromStudent ? other : detached(other)),
        weight: featureWeight,
      });
    return terms;
  });
}
