import { useSignal } from '@preact/signals';
import { useRef } from 'preact/hooks';

export interface MatrixCell {
  readonly text: string;
  /** How strong its shade is, 0…1, and of which hue. */
  readonly shade: number;
  readonly hue: 'blue' | 'orange';
  /** Nothing to see here: only a dot. */
  readonly isEmpty?: boolean;
  /** Set apart, as a diagonal is. */
  readonly isStrong?: boolean;
}

/** The strongest shade leaves the number on it legible. */
const STRONGEST_PERCENT = 38;

/** A matrix of values with a shade behind each; its own table. Arrow keys go from cell to cell. */
export function MatrixGrid({
  label,
  corner,
  rows,
  columns,
  cell,
}: {
  readonly label: string;
  /** What rows and columns are. */
  readonly corner: string;
  readonly rows: readonly string[];
  readonly columns: readonly string[];
  readonly cell: (row: number, column: number) => MatrixCell;
}) {
  const focused = useSignal({ row: 0, column: 0 });
  const table = useRef<HTMLTableElement>(null);
  const move = (event: KeyboardEvent) => {
    const { row, column } = focused.peek();
    const to = (by: { row?: number; column?: number }) => ({
      row: Math.max(0, Math.min(rows.length - 1, row + (by.row ?? 0))),
      column: Math.max(0, Math.min(columns.length - 1, column + (by.column ?? 0))),
    });
    const moves: Readonly<Record<string, { row: number; column: number }>> = {
      ArrowUp: to({ row: -1 }),
      ArrowDown: to({ row: 1 }),
      ArrowLeft: to({ column: -1 }),
      ArrowRight: to({ column: 1 }),
      Home: { row, column: 0 },
      End: { row, column: columns.length - 1 },
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
      <table ref={table} class="matrix" role="grid" aria-label={label} onKeyDown={move}>
        <thead>
          <tr role="row">
            <th scope="col" role="columnheader">
              {corner}
            </th>
            {columns.map((name, column) => (
              <th key={column} scope="col" role="columnheader" class="number">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((name, row) => (
            <tr key={row} role="row">
              <th scope="row" role="rowheader">
                {name}
              </th>
              {columns.map((_, column) => {
                const { text, shade, hue, isEmpty, isStrong } = cell(row, column);
                const isFocused = focused.value.row === row && focused.value.column === column;
                return (
                  <td
                    key={column}
                    role="gridcell"
                    class={isStrong ? 'number right' : 'number'}
                    data-cell={`${row} ${column}`}
                    tabIndex={isFocused ? 0 : -1}
                    style={{ background: shadeOf(shade, hue) }}
                    onFocus={() => {
                      focused.value = { row, column };
                    }}
                  >
                    {isEmpty ? <span class="muted">·</span> : text}
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function shadeOf(strength: number, hue: MatrixCell['hue']): string {
  if (!(strength > 0)) return 'transparent';
  const percent = Math.round(STRONGEST_PERCENT * Math.min(1, strength));
  return `color-mix(in srgb, var(--vscode-charts-${hue}) ${percent}%, transparent)`;
}
