import { formatFinding } from '../config/findings.ts';

/** Exit codes: 0 completed, 1 failed, 2 bad input, 3 stopped. */
export const EXIT = { ok: 0, failed: 1, badInput: 2, stopped: 3 } as const;

/** A mistake in what was asked for: message and next step, no stack. */
export class BadInput extends Error {
  override readonly name = 'BadInput';
}

export const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

/** Logs and progress never mix with results: they go to stderr. */
export const tell = (line: string): void => {
  process.stderr.write(`${line}\n`);
};

/** JSON has no NaN: numbers that are not finite are spelt as on the wire. */
export const sayJson = (value: unknown): void => {
  say(
    JSON.stringify(value, (_key, part: unknown) =>
      typeof part === 'number' && !Number.isFinite(part) ? String(part) : part,
    ),
  );
};

/** Findings for people on stderr, for programs as one JSON object a line on stdout. */
export function report(findings: readonly Parameters<typeof formatFinding>[0][], json: boolean): void {
  for (const finding of findings)
    if (json) sayJson(finding);
    else tell(formatFinding(finding));
}

/** Columns padded to their widest cell; numbers are the caller's text. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths: number[] = [];
  for (const row of rows)
    row.forEach((cell, column) => (widths[column] = Math.max(widths[column] ?? 0, cell.length)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
