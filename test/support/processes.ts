import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll } from 'vitest';

const endings: (() => unknown)[] = [];
afterAll(async () => {
  for (const end of endings.reverse()) await end();
});

/** Does something when the tests of this file are over, the latest wish first. Hooks made inside of hooks would never run. */
export function atEnd(end: () => unknown): void {
  endings.push(end);
}

/** A temporary folder that goes with the test file. */
export async function temporaryFolder(name: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), `distillery-${name}-`));
  atEnd(() => rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 }));
  return folder;
}

export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export const CLI = resolve('dist/sidecar/cli.js');

/** A Node program; its output collected. */
export function startNode(
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
): { child: ChildProcess; finished: Promise<Finished> } {
  const child = spawn(process.execPath, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const finished = new Promise<Finished>((done, failed) => {
    child.once('error', failed);
    child.once('close', (code) => {
      done({ code, stdout, stderr });
    });
  });
  return { child, finished };
}

export const distillery = (args: readonly string[], env?: NodeJS.ProcessEnv): Promise<Finished> =>
  startNode([CLI, ...args], env).finished;
