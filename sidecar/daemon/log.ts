/** The daemon's log: a file beside its discovery file, started anew when it has grown large. API: openLog(path), Log. */
import { appendFileSync, mkdirSync, renameSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { systemErrorCode } from '../store/errors.ts';

const MAX_BYTES = 5 << 20;

/** Writes one line. */
export type Log = (message: string) => void;

function sizeOf(path: string): number {
  try {
    return statSync(path).size;
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return 0;
    throw error;
  }
}

/** The log before this one is kept as `<path>.old`. */
export function openLog(path: string, now: () => Date = () => new Date()): Log {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  if (sizeOf(path) > MAX_BYTES) renameSync(path, `${path}.old`);
  return (message) => {
    const line = `${now().toISOString()} [${process.pid}] ${message}\n`;
    try {
      appendFileSync(path, line, { mode: 0o600 });
    } catch (error) {
      // A full disk must not end the daemon; standard error may still be seen by somebody.
      process.stderr.write(`${line}(not logged: ${String(error)})\n`);
    }
  };
}
