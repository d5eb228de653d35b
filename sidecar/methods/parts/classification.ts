import type * as tf from '@tensorflow/tfjs-core';
import type { RoleDeclaration } from '../declaration.ts';
import type { Evaluation, Role } from '../training.ts';

type Classification = Extract<Evaluation, { kind: 'classification' }>;
type Answers = Readonly<Record<string, tf.Tensor2D>>;

/**
 * Roles answer in the stages that train or use them; all together answer when no stage is named.
 * @param answers logits of some roles in inference mode, by stage
 * @param best the roles that are chosen among, and exported as `best`
 */
export function classification(
  answers: Readonly<Record<string, (x: tf.Tensor) => Answers>>,
  best: readonly string[],
  more: Omit<Partial<Classification>, 'kind' | 'predict' | 'best'> = {},
): Classification {
  return {
    kind: 'classification',
    predict: (x, stage) => {
      if (stage !== null) return answers[stage]?.(x) ?? {};
      // What several stages answer is worked out once: the later one has the last word.
      return Object.assign({}, ...Object.values(answers).map((answer) => answer(x))) as Answers;
    },
    best: { id: 'best', among: best },
    ...more,
  };
}

/** Where each role's logits are found; those left out are no single path of a network. */
export const withPaths = (
  roles: readonly RoleDeclaration[],
  paths: Readonly<Record<string, Role['path']>>,
): Role[] => roles.map((role) => ({ ...role, path: paths[role.id] ?? null }));

/** The only branch of a plain network. */
export const mainOf = (network: string): NonNullable<Role['path']> => ({ network, output: 'main' });
