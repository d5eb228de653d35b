import type { Predictions } from '../../sidecar/protocol/predictions.ts';
import { MatrixGrid } from '../theme/matrixGrid.tsx';
import { formatCount } from '../words/numbers.ts';
import { t } from '../words/words.ts';
import { matrixOf } from './confusion.ts';

/** Counts by label and prediction: right answers in one hue, wrong ones in another; the shade is the share of the label. */
export function ConfusionGrid({
  predictions,
  role,
}: {
  readonly predictions: Predictions;
  readonly role: string;
}) {
  const { classes } = predictions;
  const matrix = matrixOf(predictions, role);
  const totals = matrix.map((row) => row.reduce((sum, count) => sum + count, 0));
  return (
    <MatrixGrid
      label={t('confusion.of', { role })}
      corner={t('confusion.axes')}
      rows={classes}
      columns={classes}
      cell={(row, column) => {
        const count = matrix[row]?.[column] ?? 0;
        return {
          text: formatCount(count),
          // The root makes small shares visible.
          shade: Math.sqrt(count / (totals[row] ?? NaN)),
          hue: row === column ? 'blue' : 'orange',
          isEmpty: count === 0,
          isStrong: row === column,
        };
      }}
    />
  );
}
