import { spawn, type ChildProcess } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';

export interface NpmOptions {
  /** Folder that it runs in. */
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  /** Hears its output as it comes. */
  readonly say: (text: string) => void;
  /** Ends it, and whatever it has started. */
  readonly signal?: AbortSignal;
}

export interface NpmOutcome {
  readonly ok: boolean;
  /** The line of its output that names an error, if there is one. */
  readonly cause: string | undefined;
}

/** How long npm may take to clear up before it is killed. */
const PATIENCE_MS = 5_000;

/** Runs npm and waits until it and its output have ended, aborted or not. Never rejects. */
export async function runNpm(
  [program, ...args]: readonly [string, ...string[]],
  { cwd, env, say, signal }: NpmOptions,
): Promise<NpmOutcome> {
  return new Promise((resolve) => {
    const isWindows = process.platform === 'win32';
    // npm is a command file on Windows, which only a shell can start. Elsewhere it leads a group of its own, so that the
    // scripts that it started end with it.
    const child = spawn(program, args, { cwd, env, shell: isWindows, detached: !isWindows });
    let output = '';
    const collect = (chunk: Buffer): void => {
      output += chunk.toString();
      say(chunk.toString());
    };
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    const onAbort = (): void => {
      void endTree(child);
    };
    if (signal?.aborted === true) onAbort();
    else signal?.addEventListener('abort', onAbort, { once: true });
    const end = (outcome: NpmOutcome): void => {
      signal?.removeEventListener('abort', onAbort);
      resolve(outcome);
    };
    child.on('error', (error) => {
      end({ ok: false, cause: `${program} could not be started: ${error.message}` });
    });
    child.on('close', (code) => {
      end({ ok: code === 0, cause: causeIn(output) });
    });
  });
}

async function endTree(child: ChildProcess): Promise<void> {
  const { pid } = child;
  if (pid === undefined) return;
  if (process.platform === 'win32') {
    spawn('taskkill', ['/pid', String(pid), '/t', '/f']);
    return;
  }
  signalGroup(pid, 'SIGTERM');
  await pause(PATIENCE_MS, undefined, { ref: false });
  if (child.exitCode === null && child.signalCode === null) signalGroup(pid, 'SIGKILL');
}

function signalGroup(leader: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-leader, signal);
  } catch (error) {
    // The whole group has ended already.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

function causeIn(output: string): string | undefined {
  return /^(?:npm error )?((?:\w*Error: |error: ).+)$/im.exec(output)?.[1]?.trim();
}
