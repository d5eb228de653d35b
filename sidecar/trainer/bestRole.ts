import type { ClassificationMetrics } from '../analysis/classification.ts';
import type { Headline } from '../methods/declaration.ts';
import type { Evaluation } from '../methods/training.ts';
import { ProtocolError } from '../protocol/errors.ts';
import { evaluate, everySample, splitOf } from './evaluation.ts';
import type { Session } from './session.ts';

const noneBest = () =>
  new ProtocolError('wrong-state', 'This method has no best role.', 'Name the role that is meant.');

/**
 * The role of the method's headline that does best on the run's own validation split, or in the method's own test: what one
 * would deploy. Without a validation split the training data must tell.
 * @throws ProtocolError `wrong-state` where the method has none
 */
export async function bestRole(
  { training, data }: Pick<Session, 'training' | 'data'>,
  headline: Headline,
  breathe: () => Promise<void>,
): Promise<string> {
  const { evaluation } = training;
  if (evaluation.kind === 'custom') return bestTested((await evaluation.test?.()) ?? {}, headline);
  if (!data) throw noneBest();
  const { validation } = data.sampler;
  const samples = validation.length > 0 ? validation : everySample(data.dataset.train);
  const split = splitOf('validation', data.dataset, samples);
  const { metrics } = await evaluate(evaluation, split, 250, null, breathe);
  return bestAmong(evaluation, metrics);
}

function bestTested(
  tested: Readonly<Record<string, Readonly<Record<string, number>>>>,
  { series, better }: Headline,
): string {
  const [, derived, metric = ''] = series.split('/');
  const sign = better === 'higher' ? 1 : -1;
  const [best] = Object.entries(tested)
    .filter(([role]) => role !== derived)
    .toSorted(([, a], [, b]) => sign * ((b[metric] ?? -Infinity) - (a[metric] ?? -Infinity)));
  if (!best) throw noneBest();
  return best[0];
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
