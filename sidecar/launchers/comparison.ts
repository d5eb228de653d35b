/**
 * Compares checkpoints in a process of its own, or takes the result from the cache: one way for daemon and command line.
 *
 * API: comparisonLauncher({entry}) → digest(runsFolder, request), known(runsFolder, digest), compute(runsFolder, request, options).
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Comparison, ComparisonProgress, ComparisonRequest } from '../protocol/comparison.ts';
import { comparisonLineSchema, type ComparisonLine } from '../protocol/comparisonProcess.ts';
import { ProtocolError } from '../protocol/errors.ts';
import { comparisonDigest, locateSubjects, readComparison } from '../store/comparisons.ts';
import { StoreError } from '../store/errors.ts';

/** A process that does not end when it is told to gets no longer than this. */
const PATIENCE_MS = 2_000;
const LOG_LINES = 20;

export interface CompareOptions {
  /** Ends the process. */
  readonly signal: AbortSignal;
  readonly onProgress: (progress: ComparisonProgress) => void;
  /** Hears the process's stderr, line by line. */
  readonly onLog?: (line: string) => void;
}

export interface ComparisonLauncher {
  /**
   * What the result of a request is a function of, as one word: equal ones need one process.
   * @throws ProtocolError `wrong-state` where a run or a checkpoint is not there
   */
  digest(runsFolder: string, request: ComparisonRequest): Promise<string>;
  /** The result from the cache, if it is there and sound. */
  known(runsFolder: string, digest: string): Promise<Comparison | null>;
  /** Starts a process. @throws ProtocolError `wrong-state` when it cannot be compared, `cancelled`, or `internal` */
  compute(runsFolder: string, request: ComparisonRequest, options: CompareOptions): Promise<Comparison>;
}

export interface ComparisonProgram {
  /** The script that is run as `node <entry>`. */
  readonly entry: string;
  readonly executable?: string;
  readonly env?: NodeJS.ProcessEnv;
}

export function comparisonLauncher(program: ComparisonProgram): ComparisonLauncher {
  return {
    digest: async (runsFolder, request) => {
      try {
        return await comparisonDigest(request, await locateSubjects(runsFolder, request));
      } catch (error) {
        if (error instanceof StoreError)
          throw new ProtocolError('wrong-state', error.message, error.next, error);
        throw error;
      }
    },
    known: readComparison,
    compute: async (runsFolder, request, options) => {
      const written = await run(program, JSON.stringify({ runsFolder, request }), options);
      const comparison = await readComparison(runsFolder, written);
      if (comparison) return comparison;
      throw new ProtocolError('internal', 'The comparison left no result that can be read.', 'Try again.');
    },
  };
}

/** @returns the name of the result in the cache */
async function run(
  { entry, executable = process.execPath, env = process.env }: ComparisonProgram,
  order: string,
  { signal, onProgress, onLog }: CompareOptions,
): Promise<string> {
  const cancelled = () =>
    new ProtocolError('cancelled', 'The comparison was cancelled.', 'Ask again if you want the answer.');
  const isCancelled = (): boolean => signal.aborted;
  if (isCancelled()) throw cancelled();
  const child = spawn(executable, [entry], {
    // A group of its own: what it starts ends with it, and Ctrl-C is for whoever asked to pass on.
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
    env,
    windowsHide: true,
  });
  const end = (): void => {
    endGroup(child);
  };
  signal.addEventListener('abort', end, { once: true });
  try {
    const last = { line: null as ComparisonLine | null, log: [] as string[] };
    createInterface({ input: child.stdout }).on('line', (text) => {
      const line = lineOf(text);
      if (line?.kind === 'progress') onProgress(line.progress);
      else if (line) last.line = line;
      else onLog?.(text);
    });
    createInterface({ input: child.stderr }).on('line', (text) => {
      last.log = [...last.log.slice(1 - LOG_LINES), text];
      onLog?.(text);
    });
    // A process that ends before it has read its question says by its end what was wrong.
    child.stdin.on('error', () => undefined);
    // Left open: as long as it is, somebody waits.
    child.stdin.write(`${order}\n`);
    const [code, killedBy] = (await once(child, 'close')) as [number | null, string | null];
    if (isCancelled()) throw cancelled();
    return digestOf(last.line, last.log, killedBy === null ? `with code ${String(code)}` : `by ${killedBy}`);
  } finally {
    signal.removeEventListener('abort', end);
  }
}

function digestOf(line: ComparisonLine | null, log: readonly string[], how: string): string {
  if (line?.kind === 'done') return line.digest;
  if (line?.kind === 'failed')
    throw new ProtocolError(line.refused ? 'wrong-state' : 'internal', line.message, line.next);
  const said = log.at(-1) ?? '';
  throw new ProtocolError(
    'internal',
    `The comparison ended ${how} without a result.${said === '' ? '' : ` It said: ${said}`}`,
    'Is there memory enough? Compare fewer checkpoints, or try again.',
  );
}

/** Null for what a library printed. */
function lineOf(text: string): ComparisonLine | null {
  try {
    return comparisonLineSchema.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    // Not JSON, so it is not for us.
    return null;
  }
}

function endGroup(child: ChildProcess): void {
  const tell = (signal: NodeJS.Signals): void => {
    const { pid } = child;
    if (pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
    try {
      // Windows has no groups.
      if (process.platform === 'win32') child.kill(signal);
      else process.kill(-pid, signal);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  };
  tell('SIGTERM');
  setTimeout(() => {
    tell('SIGKILL');
  }, PATIENCE_MS).unref();
}
