import { l10n, window, type LogOutputChannel } from 'vscode';

let channel: LogOutputChannel | null = null;
/** The last errors, for the diagnostic report; kept short. */
const recent: string[] = [];
const KEPT = 20;

/** The output channel, made when first written to. */
export function log(): LogOutputChannel {
  channel ??= window.createOutputChannel('Distillery', { log: true });
  return channel;
}

export const recentErrors = (): readonly string[] => recent;

/** Writes an error down for the log and the diagnostic report. */
export function remember(error: unknown): void {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  log().error(text);
  recent.push(`${new Date().toISOString()} ${text}`);
  recent.splice(0, recent.length - KEPT);
}

/** Tells the user what went wrong and what to do next; the log has the rest. Waits for nobody to read it. */
export function tellError(error: unknown): void {
  if (isCancelled(error)) return;
  remember(error);
  const message = error instanceof Error ? error.message : String(error);
  const next =
    error instanceof Error && 'next' in error && typeof error.next === 'string' ? ` ${error.next}` : '';
  const showLog = l10n.t('Show Log');
  void window.showErrorMessage(`${message}${next}`, showLog).then((answer) => {
    if (answer === showLog) log().show();
  });
}

function isCancelled(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'cancelled';
}

export function closeLog(): void {
  channel?.dispose();
  channel = null;
}
