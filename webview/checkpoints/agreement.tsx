import type { Comparison } from '../../sidecar/protocol/comparison.ts';
import { MatrixGrid } from '../theme/matrixGrid.tsx';
import { formatPercent } from '../words/numbers.ts';
import { t } from '../words/words.ts';
import { namesOf } from './names.ts';

/** Between all networks; the shade is how far a pair is from the one that disagrees most. */
export function Agreement({ comparison }: { readonly comparison: Comparison }) {
  const { agreement } = comparison;
  const names = namesOf(comparison);
  const lowest = Math.min(...agreement.flat());
  return (
    <section>
      <div class="row">
        <h2>{t('agreement.title')}</h2>
        <span class="muted">{t('agreement.explained')}</span>
      </div>
      <MatrixGrid
        label={t('agreement.title')}
        corner={t('agreement.corner')}
        rows={names}
        columns={names}
        cell={(row, column) => {
          const share = agreement[row]?.[column] ?? NaN;
          return {
            text: formatPercent(100 * share),
            shade: row === column ? 0 : (share - lowest) / Math.max(1e-9, 1 - lowest),
            hue: 'blue',
            isEmpty: row === column,
          };
        }}
      />
    </section>
  );
}
