import { l10n, Position, Range, Uri, window } from 'vscode';
import { isAbsolute } from 'node:path';
import type { FindingMessage } from '../../sidecar/protocol/finding.ts';

/** What the daemon sends and what the schema finds here have this in common. */
type Explained = Pick<FindingMessage, 'message' | 'expected' | 'suggestion'>;

/** What is wrong, and what would be right. */
export function messageOf({ message, expected, suggestion }: Explained): string {
  const parts = [message];
  if (expected !== '') parts.push(l10n.t('Expected {0}.', expected));
  if (suggestion !== null) parts.push(l10n.t('Did you mean {0}?', suggestion));
  return parts.join(' ');
}

/** Why an experiment was not started: the first reason, and the way to its place. Waits for nobody to read it. */
export function showFindings(findings: readonly FindingMessage[]): void {
  const errors = findings.filter(({ severity }) => severity === 'error');
  const [first] = errors;
  if (!first) return;
  const more = errors.length > 1 ? ` ${l10n.t('({0} more)', errors.length - 1)}` : '';
  const show = l10n.t('Show');
  const isPlace = isAbsolute(first.file);
  const message = l10n.t('The experiment cannot be run: {0}{1}', messageOf(first), more);
  void window.showErrorMessage(message, ...(isPlace ? [show] : [])).then(async (answer) => {
    if (answer !== show) return;
    const start = new Position(Math.max(0, first.line - 1), Math.max(0, first.column - 1));
    await window.showTextDocument(Uri.file(first.file), { selection: new Range(start, start) });
  });
}
