import { Stream } from '../../random/stream.ts';
import { fixture, flat } from '../testing.ts';
import type { Features } from './channelCost.ts';
import { Matcher, type Match } from './matching.ts';
import { kcdOptions } from './options.ts';

/** What tests of matching and of training share. */

export type Matrix = number[][];
interface Assigned {
  map: number[];
  total: number;
}
interface Assignments {
  cost: Matrix;
  sequential_greedy: Assigned;
  global_greedy: Assigned;
  optimal: Assigned;
}

/** Of the specification. */
export const numbers = fixture('kcd') as {
  assignment_square: Assignments & Record<'identity_total' | 'mean_over_all_permutations' | 'worst', number>;
  assignment_rect_3x5: Assignments;
  cost_class_profile: Record<
    'pooled_teacher' | 'pooled_student' | 'profile_teacher' | 'profile_student' | 'D',
    Matrix
  > &
    Record<'labels' | 'argmax_class_teacher' | 'argmax_class_student', number[]> &
    Record<'identity_total' | 'argmax_class_agreement_before' | 'argmax_class_agreement_after', number> & {
      optimal: Assigned;
    };
  cost_correlation: { pearson: Matrix; D: Matrix; optimal: Assigned };
  cost_spatial_and_losses: Record<'teacher' | 'student' | 'grad_mse_permuted_wrt_student', Matrix[][]> &
    Record<
      | 'mse_unpermuted'
      | 'mse_permuted'
      | 'attention_transfer_unpermuted'
      | 'attention_transfer_permuted'
      | 'similarity_preserving_unpermuted'
      | 'similarity_preserving_permuted',
      number
    > & { D: Matrix; optimal: Assigned };
  function_preserving_permutation: Record<
    | 'W1'
    | 'W2'
    | 'x'
    | 'hidden'
    | 'hidden_permuted'
    | 'logits'
    | 'logits_permuted_both'
    | 'logits_permuted_hidden_only',
    Matrix
  > &
    Record<'b1' | 'b2' | 'perm', number[]>;
  linear_transforms: Record<
    'lam' | 'ridge_residual' | 'procrustes_residual' | 'permutation_residual' | 'identity_residual',
    number
  > & { ridge_T: Matrix; procrustes_R: Matrix; best_permutation_map_by_inner_product: number[] };
};

/** [samples, …, channels] as the costs read it. @param leading axes that are counted as samples */
export function features(maps: readonly unknown[], leading = 1): Features {
  const extents: number[] = [];
  for (let at: unknown = maps; Array.isArray(at); at = at[0]) extents.push(at.length);
  const product = (list: readonly number[]) => list.reduce((a, b) => a * b, 1);
  return {
    values: Float32Array.from(flat(maps)),
    batch: product(extents.slice(0, leading)),
    positions: product(extents.slice(leading, -1)),
    channels: extents.at(-1) ?? 0,
  };
}

/** What matching makes of one batch. */
export const matched = (
  student: Features,
  teacher: Features,
  labels: readonly number[],
  settings: object,
  seed = 1,
): Match => {
  const made = new Matcher(
    kcdOptions.parse({ name: 'kcd', ...settings }),
    student.channels,
    teacher.channels,
    Math.max(...labels) + 1,
    Stream.of(seed, 'match'),
  );
  made.add(student, teacher, labels);
  return made.match();
};
