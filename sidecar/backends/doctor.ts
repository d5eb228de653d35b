import { fork } from 'node:child_process';
import { availableParallelism, cpus, freemem, totalmem } from 'node:os';
import { BACKEND_NAMES, type BackendName } from './options.ts';
import type { ProbeResult } from './probe.ts';

/** What one backend can do here. */
export type Diagnosis = { readonly name: BackendName } & ProbeResult;

/** What the machine is, and what can compute on it. */
export interface DoctorReport {
  /** Version of Node, e.g. `v20.20.2`. */
  readonly node: string;
  /** Platform and architecture, e.g. `linux x64`. */
  readonly platform: string;
  /** Name of the processor, and the logical cores that this process may use. */
  readonly processor: string;
  readonly cores: number;
  /** Memory of the machine, in bytes. */
  readonly memory: { readonly total: number; readonly free: number };
  /** One diagnosis for each backend, in the order in which `auto` tries them. */
  readonly backends: readonly Diagnosis[];
  /** What `auto` would take. */
  readonly choice: BackendName | null;
}

/** Settings of an examination. */
export interface DoctorOptions {
  /** The compiled `probe.ts`; left out: `probe.js` beside this program. */
  readonly probe?: URL | string;
  /** File that optional packages are looked up from; left out: the probe itself. */
  readonly from?: string;
  /** Longest time for one backend, in milliseconds: a GPU may compile its kernels at first use. */
  readonly limit?: number;
  readonly backends?: readonly BackendName[];
  /** Whether to time a training step as well: a second or more for each backend. True unless told. */
  readonly timed?: boolean;
}

/** Examines each backend in a process of its own, one after the other: a crash or a hang of one is a finding. */
export async function examine(options: DoctorOptions = {}): Promise<DoctorReport> {
  const {
    probe = new URL('./probe.js', import.meta.url),
    from,
    limit = 60_000,
    backends = BACKEND_NAMES,
    timed = true,
  } = options;
  const found: Diagnosis[] = [];
  for (const name of backends) {
    found.push({ name, ...(await ask(probe, [name, from ?? '', timed ? 'time' : 'prepare'], limit)) });
  }
  return {
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
    processor: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    memory: { total: totalmem(), free: freemem() },
    backends: found,
    choice: found.find(({ usable }) => usable)?.name ?? null,
  };
}

/** A {@link PrepareOptions.trial}: prepares the backend in a child process, without timing it. */
export const trialBy =
  (probe: URL | string, limit = 60_000) =>
  async (name: BackendName): Promise<string | null> => {
    const result = await ask(probe, [name, '', 'prepare'], limit);
    return result.usable ? null : result.reason;
  };

async function ask(probe: URL | string, args: string[], limit: number): Promise<ProbeResult> {
  // Libraries chat on both streams; the answer comes by message. What they say last may tell why they crashed.
  const child = fork(probe, args, { stdio: ['ignore', 'ignore', 'pipe', 'ipc'], execArgv: [] });
  let stderr = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    stderr = (stderr + chunk.toString()).slice(-4096);
  });
  return new Promise((resolve) => {
    const timer = setTimeout(() => {
      resolve({ usable: false, reason: `it gave no answer within ${limit / 1000} s` });
      child.kill('SIGKILL');
    }, limit);
    const end = (result: ProbeResult): void => {
      clearTimeout(timer);
      resolve(result);
    };
    child.on('message', (message) => {
      end(message as ProbeResult);
    });
    child.on('error', (error) => {
      end({ usable: false, reason: `its process could not be started: ${error.message}` });
    });
    child.on('close', (code, signal) => {
      const how = signal === null ? `ended with code ${code ?? 'unknown'}` : `was killed by ${signal}`;
      end({ usable: false, reason: [`its process ${how}`, lastLine(stderr)].filter(Boolean).join(': ') });
    });
  });
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1)?.trim() ?? '';
}
