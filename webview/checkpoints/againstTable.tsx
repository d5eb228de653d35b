import type { Comparison } from '../../sidecar/protocol/comparison.ts';
import { Explained } from '../theme/iconButton.tsx';
import { formatCount, formatDelta, formatNumber, formatPercent } from '../words/numbers.ts';
import { t } from '../words/words.ts';
import { namesOf } from './names.ts';

/** Each network against the reference: how large the difference is, how sure, and which samples make it. */
export function AgainstTable({ comparison }: { readonly comparison: Comparison }) {
  const { differences, agreement, resamples } = comparison;
  const names = namesOf(comparison);
  const title = t('against.title', { reference: names[0] ?? '' });
  const heads: readonly (readonly [text: string, explanation: string])[] = [
    [t('against.delta'), t('results.delta.explained')],
    [t('against.interval'), t('against.interval.explained', { n: formatCount(resamples) })],
    [t('against.p'), t('against.p.explained')],
    [t('against.fixed'), t('against.fixed.explained')],
    [t('against.broken'), t('against.broken.explained')],
    [t('against.otherMistake'), t('against.otherMistake.explained')],
    [t('against.agreement'), t('against.agreement.explained')],
  ];
  return (
    <section>
      <h2 class="row">{title}</h2>
      <div class="scroll" tabIndex={0} role="region" aria-label={title}>
        <table>
          <thead>
            <tr>
              <th scope="col">{t('results.network')}</th>
              {heads.map(([text, explanation]) => (
                <th key={text} scope="col" class="number">
                  <Explained text={text} explanation={explanation} />
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {differences.map(({ top1, interval, mcnemar, outcomes }, index) => (
              <tr key={index}>
                <th scope="row">{names[index + 1]}</th>
                <td class="number">{formatDelta(100 * top1)}</td>
                <td class="number">
                  {`${formatDelta(100 * interval.low)} … ${formatDelta(100 * interval.high)}`}
                </td>
                <td class="number">
                  {formatNumber(mcnemar.p, 2)} <span class="muted">{t(`against.${mcnemar.test}`)}</span>
                </td>
                <td class="number">{formatCount(outcomes.fixed)}</td>
                <td class="number">{formatCount(outcomes.broken)}</td>
                <td class="number">{formatCount(outcomes.otherMistake)}</td>
                <td class="number">{formatPercent(100 * (agreement[0]?.[index + 1] ?? NaN))}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}
