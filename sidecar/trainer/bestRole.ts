import type { ClassificationMetrics } from '../analysis/classification.ts';
import type { Evaluation } from '../methods/training.ts';
import { ProtocolError } from '../protocol/errors.ts';
import { evaluate, everySample, splitOf } from './evaluation.ts';
import type { Session } from './session.ts';

const noneBest = () =>
  new ProtocolError('wrong-state', 'This method has no best role.', 'Name the role that is meant.');

/**
 * The role of the method's headline that does best on the run's own validation split: what one would deploy. Without one
 * the training data must tell.
 * @throws ProtocolError `wrong-state` where the method has none
 */
export async function bestRole(
  { training, dataset, sampler }: Pick<Session, 'training' | 'dataset' | 'sampler'>,
  breathe: () => Promise<void>,
): Promise<string> {
  const { evaluation } = training;
  if (evaluation.kind === 'custom') throw noneBest();
  const { validation } = sampler;
  const samples = validation.length > 0 ? validation : everySample(dataset.train);
  const { metrics } = await evaluate(evaluation, splitOf('validation', dataset, samples), 250, null, breathe);
  return bestAmong(evaluation, metrics);
}

/** The best by top-1; of equals the first. @throws ProtocolError `wrong-state` where the method has none */
export function bestAmong(
  { best }: Extract<Evaluation, { kind: 'classification' }>,
  metrics: Readonly<Record<string, ClassificationMetrics>>,
): string {
  const top1 = (role: string) => metrics[role]?.top1 ?? -1;
  const [first] = best.among.toSorted((a, b) => top1(b) - top1(a));
  if (first === undefined) throw noneBest();
  return first;
}
