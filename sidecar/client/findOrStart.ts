/**
 * A connection to the daemon of a runs folder: the one that lives, or a new one, started detached.
 *
 * API: findOrStart(runsFolder, options) → Handshake.
 */
import { spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { ProtocolError } from '../protocol/errors.ts';
import type { Access } from '../protocol/messages.ts';
import { logPath, readDiscovery } from './discoveryFile.ts';
import { shakeHands, type ClientIdentity, type Handshake } from './handshake.ts';
import { realFolder } from './stateFolder.ts';

const LOOK_EVERY_MS = 50;
const START_DEADLINE_MS = 20_000;

/** How to start a daemon: `<executable> <entry> --runs <folder>`. */
export interface DaemonProgram {
  entry: string;
  /** Node, or what can act as it. */
  executable?: string;
  args?: readonly string[];
  env?: NodeJS.ProcessEnv;
}

export interface FindOptions {
  identity: ClientIdentity;
  /** Without it, a daemon that is not there is an error. */
  start?: DaemonProgram;
  /** What this client may do there, full unless told. */
  access?: Access;
  signal?: AbortSignal;
  onProblem?: (problem: string) => void;
}

/**
 * @throws ProtocolError `incompatible-version`, `disconnected` (there is none, or it could not be started), `cancelled`.
 */
export async function findOrStart(runsFolder: string, options: FindOptions): Promise<Handshake> {
  const folder = realFolder(runsFolder);
  const found = await find(folder, options);
  if (found !== null) return found;
  if (options.start === undefined) {
    throw new ProtocolError(
      'disconnected',
      `No daemon serves ${folder}.`,
      'Start one, or start a run with --detach.',
    );
  }
  const failure = startDetached(folder, options.start);
  const deadline = Date.now() + START_DEADLINE_MS;
  while (Date.now() < deadline) {
    if (options.signal?.aborted === true) {
      throw new ProtocolError('cancelled', 'Connecting was cancelled.', 'Connect again.');
    }
    const started = await find(folder, options);
    if (started !== null) return started;
    if (failure.message !== null) break;
    await pause(LOOK_EVERY_MS);
  }
  const why = failure.message ?? `it did not answer within ${START_DEADLINE_MS / 1000} s`;
  throw new ProtocolError(
    'disconnected',
    `The daemon for ${folder} could not be started: ${why}.`,
    `Read its log, ${logPath(folder)}.`,
  );
}

/** Null when no living daemon has published itself. */
async function find(folder: string, options: FindOptions): Promise<Handshake | null> {
  const discovery = readDiscovery(folder)?.discovery;
  if (!discovery) return null;
  try {
    return await shakeHands(discovery, options.identity, options);
  } catch (error) {
    if (error instanceof ProtocolError && error.code !== 'incompatible-version') return null;
    throw error;
  }
}

/** What is known of why the process ended badly; it gives way to a rival with exit code 0. */
function startDetached(folder: string, program: DaemonProgram): { message: string | null } {
  const { entry, executable = process.execPath, args = [], env = process.env } = program;
  mkdirSync(folder, { recursive: true });
  const failure: { message: string | null } = { message: null };
  const child = spawn(executable, [entry, '--runs', folder, ...args], {
    detached: true,
    stdio: 'ignore',
    cwd: folder,
    env,
    windowsHide: true,
  });
  child.once('error', (error) => {
    failure.message = error.message;
  });
  child.once('exit', (code, signal) => {
    if (code !== 0) failure.message = `it ended with ${signal ?? `exit code ${String(code)}`}`;
  });
  child.unref();
  return failure;
}
