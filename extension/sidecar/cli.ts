import { spawn } from 'node:child_process';
import { join } from 'node:path';
import type { CancellationToken, ExtensionContext } from 'vscode';
import { Failure } from '../failure.ts';
import { log } from '../log.ts';
import { assertTrusted } from '../trust.ts';
import { installSidecar, nodeProgram } from './program.ts';

export interface CliOptions {
  readonly cwd: string;
  /** Ends the program, which is then no error of its own: the promise rejects with `cancelled`. */
  readonly token?: CancellationToken;
  /** Every line of its output as it comes. */
  readonly onLine?: (line: string) => void;
  /** Exit codes that are no failure: 0 unless told. */
  readonly accept?: readonly number[];
}

/**
 * Runs `distillery <args>` to its end.
 * @returns what it wrote to stdout
 * @throws Failure with the end of its stderr
 */
export async function runCli(
  context: ExtensionContext,
  args: readonly string[],
  { cwd, token, onLine, accept = [0] }: CliOptions,
): Promise<string> {
  assertTrusted();
  const sidecar = await installSidecar(context);
  const { executable, env } = nodeProgram(context);
  log().info(`distillery ${args.join(' ')}`);
  const child = spawn(executable, [join(sidecar, 'cli.js'), ...args], {
    cwd,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
    windowsHide: true,
  });
  const cancelled = token?.onCancellationRequested(() => child.kill('SIGTERM'));
  let [stdout, stderr, rest] = ['', '', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) onLine?.(line);
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  try {
    const code = await new Promise<number | null>((done, failed) => {
      child.once('error', failed);
      child.once('close', done);
    });
    if (token?.isCancellationRequested === true) throw new Cancelled();
    if (code !== null && accept.includes(code)) return stdout;
    const [message = `it ended with exit code ${String(code)}`, ...next] = stderr
      .trim()
      .split('\n')
      .slice(-2);
    throw new Failure(message, next.join(' '));
  } finally {
    cancelled?.dispose();
  }
}

class Cancelled extends Error {
  readonly code = 'cancelled';
}
