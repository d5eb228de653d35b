import { useSignal } from '@preact/signals';
import { useRef } from 'preact/hooks';
import type { Predictions } from '../../sidecar/protocol/predictions.ts';
import { formatCount } from '../words/numbers.ts';
import { t } from '../words/words.ts';
import { matrixOf } from './confusion.ts';

/** The strongest shade leaves the number on it legible. */
const STRONGEST_PERCENT = 38;

/** Counts by label and prediction; the shade is the share of the label. Arrow keys go from cell to cell. */
export function ConfusionGrid({
  predictions,
  role,
}: {
  readonly predictions: Predictions;
  readonly role: string;
}) {
  const focused = useSignal({ row: 0, column: 0 });
  const table = useRef<HTMLTableElement>(null);
  const { classes } = predictions;
  const matrix = matrixOf(predictions, role);
  const move = (event: KeyboardEvent) => {
    const last = classes.length - 1;
    const { row, column } = focused.peek();
    const to = (by: { row?: number; column?: number }) => ({
      row: Math.max(0, Math.min(last, row + (by.row ?? 0))),
      column: Math.max(0, Math.min(last, column + (by.column ?? 0))),
    });
    const moves: Readonly<Record<string, { row: number; column: number }>> = {
      ArrowUp: to({ row: -1 }),
      ArrowDown: to({ row: 1 }),
      ArrowLeft: to({ column: -1 }),
      ArrowRight: to({ column: 1 }),
      Home: { row, column: 0 },
      End: { row, column: last },
    };
    const next = moves[event.key];
    if (!next) return;
    event.preventDefault();
    event.stopPropagation();
    focused.value = next;
    table.current?.querySelector<HTMLElement>(`[data-cell="${next.row} ${next.column}"]`)?.focus();
  };
  return (
    <div class="scroll">
      <table
        ref={table}
        class="confusion"
        role="grid"
        aria-label={t('confusion.of', { role })}
        onKeyDown={move}
      >
        <thead>
          <tr role="row">
            <th scope="col" role="columnheader">
              {t('confusion.axes')}
            </th>
            {classes.map((name) => (
              <th key={name} scope="col" role="columnheader" class="number">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {matrix.map((counts, row) => {
            const total = counts.reduce((sum, count) => sum + count, 0);
            return (
              <tr key={row} role="row">
                <th scope="row" role="rowheader">
                  {classes[row]}
                </th>
                {counts.map((count, column) => (
                  <td
                    key={column}
                    role="gridcell"
                    class={row === column ? 'number right' : 'number'}
                    data-cell={`${row} ${column}`}
                    tabIndex={focused.value.row === row && focused.value.column === column ? 0 : -1}
                    style={{ background: shade(count / total, row === column) }}
                    onFocus={() => {
                      focused.value = { row, column };
                    }}
                  >
                    {count === 0 ? <span class="muted">·</span> : formatCount(count)}
                  </td>
                ))}
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

/** Right answers in one hue, wrong ones in another; the root makes small shares visible. */
function shade(share: number, isRight: boolean): string {
  if (!(share > 0)) return 'transparent';
  const hue = isRight ? '--vscode-charts-blue' : '--vscode-charts-orange';
  return `color-mix(in srgb, var(${hue}) ${Math.round(STRONGEST_PERCENT * Math.sqrt(share))}%, transparent)`;
}
