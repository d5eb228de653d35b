import type { Comparison } from '../../sidecar/protocol/comparison.ts';
import { confusionDifference } from '../../sidecar/protocol/comparisonFigures.ts';
import { MatrixGrid } from '../theme/matrixGrid.tsx';
import { formatDelta } from '../words/numbers.ts';
import { t } from '../words/words.ts';
import { namesOf } from './names.ts';

/** Confusion of a network minus the reference's: what got better in one hue, what got worse in another. */
export function ConfusionChange({
  comparison,
  other,
}: {
  readonly comparison: Comparison;
  readonly other: number;
}) {
  const names = namesOf(comparison);
  const changes = confusionDifference(comparison, other);
  const largest = Math.max(1, ...changes.flat().map(Math.abs));
  const title = t('confusionChange.title', { own: names[other] ?? '', reference: names[0] ?? '' });
  return (
    <section>
      <h2 class="row">{title}</h2>
      <MatrixGrid
        label={title}
        corner={t('confusion.axes')}
        rows={comparison.classes}
        columns={comparison.classes}
        cell={(row, column) => {
          const change = changes[row]?.[column] ?? 0;
          const isBetter = row === column ? change > 0 : change < 0;
          return {
            text: formatDelta(change, 0),
            shade: Math.sqrt(Math.abs(change) / largest),
            hue: isBetter ? 'blue' : 'orange',
            isEmpty: change === 0,
            isStrong: row === column,
          };
        }}
      />
      <p class="muted">{t('confusionChange.explained')}</p>
    </section>
  );
}
