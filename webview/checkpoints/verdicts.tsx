import type { Comparison } from '../../sidecar/protocol/comparison.ts';
import { verdictOf } from '../../sidecar/protocol/comparisonFigures.ts';
import { Line } from '../run/header.tsx';
import { look } from '../view/viewState.ts';
import { formatCount, formatDelta, formatNumber } from '../words/numbers.ts';
import { t } from '../words/words.ts';
import { compare } from './computation.ts';
import { namesOf } from './names.ts';

/** The answer first, one sentence for each network; then what one should know before believing it. */
export function Verdicts({ comparison }: { readonly comparison: Comparison }) {
  const { differences, samples, split, warnings } = comparison;
  const names = namesOf(comparison);
  const [reference = ''] = names;
  return (
    <section class="verdicts">
      {differences.map((difference, index) => {
        const { top1, interval, mcnemar } = difference;
        return (
          <p key={index}>
            <strong>
              {t(`verdict.${verdictOf(difference)}`, {
                own: names[index + 1] ?? '',
                reference,
                points: formatDelta(100 * top1),
              })}
            </strong>{' '}
            <span class="muted">
              {t('verdict.evidence', {
                low: formatDelta(100 * interval.low),
                high: formatDelta(100 * interval.high),
                p: formatNumber(mcnemar.p, 2),
                n: formatCount(samples),
                split: t(`split.${split}`),
              })}
            </span>
          </p>
        );
      })}
      {warnings.map((warning, index) => (
        <div key={index} class="row">
          <Line icon="warning" text={warningText(comparison, warning, names)} />
          {warning.kind === 'leak' && index === 0 ? (
            <button
              type="button"
              class="link"
              onClick={() => {
                look({ split: 'test' });
                void compare();
              }}
            >
              {t('warning.leak.test')}
            </button>
          ) : null}
        </div>
      ))}
    </section>
  );
}

function warningText(
  { samples }: Comparison,
  warning: Comparison['warnings'][number],
  names: readonly string[],
): string {
  const name = names[warning.subject] ?? '';
  switch (warning.kind) {
    case 'leak':
      return t('warning.leak', { name, n: formatCount(warning.samples), all: formatCount(samples) });
    case 'data':
      return t('warning.data', { name });
  }
}
