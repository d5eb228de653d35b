import type { Comparison } from '../../sidecar/protocol/comparison.ts';
import { confusionDifference } from '../../sidecar/protocol/comparisonFigures.ts';
import { MatrixGrid } from '../theme/matrixGrid.tsx';
import { formatCount, formatDelta } from '../words/numbers.ts';
import { t } from '../words/words.ts';
import { namesOf } from './names.ts';

/** More classes than these make no matrix that one can read. */
const MOST_CLASSES = 24;

/** Confusion of a network minus the reference's: what got better in one hue, what got worse in another. */
export function ConfusionChange({
  comparison,
  other,
}: {
  readonly comparison: Comparison;
  readonly other: number;
}) {
  const names = namesOf(comparison);
  const { classes } = comparison;
  const changes = confusionDifference(comparison, other);
  const shown = mostChanged(changes);
  const largest = Math.max(1, ...changes.flat().map(Math.abs));
  const title = t('confusionChange.title', { own: names[other] ?? '', reference: names[0] ?? '' });
  return (
    <section>
      <h2 class="row">{title}</h2>
      <MatrixGrid
        label={title}
        corner={t('confusion.axes')}
        rows={shown.map((index) => classes[index] ?? '')}
        columns={shown.map((index) => classes[index] ?? '')}
        cell={(row, column) => {
          const change = changes[shown[row] ?? 0]?.[shown[column] ?? 0] ?? 0;
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
      <p class="muted">
        {t('confusionChange.explained')}{' '}
        {shown.length === classes.length
          ? ''
          : t('confusionChange.some', { n: formatCount(shown.length), all: formatCount(classes.length) })}
      </p>
    </section>
  );
}

/** Indices of the classes in which most changed, in their order; all where they are few. */
function mostChanged(changes: readonly (readonly number[])[]): number[] {
  const weight = (index: number): number =>
    changes.reduce((sum, row, label) => {
      const own = label === index ? row : [row[index] ?? 0];
      return sum + own.reduce((total, change) => total + Math.abs(change), 0);
    }, 0);
  return changes
    .map((_, index) => ({ index, weight: weight(index) }))
    .sort((a, b) => b.weight - a.weight || a.index - b.index)
    .slice(0, MOST_CLASSES)
    .map(({ index }) => index)
    .sort((a, b) => a - b);
}
