/**
 * Tables as text to paste elsewhere: Markdown and CSV.
 *
 * API: markdownTable, csvTable.
 */

/**
 * @param rows the first is the head
 * @param isRight whether a column is set to the right, by its cells below the head
 */
export function markdownTable(
  rows: readonly (readonly string[])[],
  isRight: (cells: readonly string[], column: number) => boolean = () => false,
): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|').replaceAll('\n', ' ')).join(' | ')} |`;
  const [head = [], ...body] = rows;
  return [
    line(head),
    line(
      head.map((_, at) =>
        isRight(
          body.map((row) => row[at] ?? ''),
          at,
        )
          ? '---:'
          : '---',
      ),
    ),
    ...body.map(line),
    '',
  ].join('\n');
}

/** RFC 4180, with line feeds: fields with what separates fields and rows are put in quotes. */
export const csvTable = (rows: readonly (readonly string[])[]): string =>
  [...rows.map((cells) => cells.map(csvField).join(',')), ''].join('\n');

export const csvField = (field: string): string =>
  /[",\r\n]/u.test(field) ? `"${field.replaceAll('"', '""')}"` : field;
