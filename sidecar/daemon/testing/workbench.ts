/**
 * What the tests of daemon and client share: a folder, a state folder of its own, bundled programs, and the promise that no
 * process of theirs outlives them.
 */
import { mkdtempSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { DaemonClient, type DaemonClientOptions } from '../../client/daemonClient.ts';
import { readDiscovery } from '../../client/discoveryFile.ts';
import type { DaemonProgram } from '../../client/findOrStart.ts';
import type { Discovery } from '../../protocol/discovery.ts';
import type { RunSummary } from '../../protocol/runSummary.ts';
import { readLease } from '../../store/leaseFile.ts';
import { listRuns } from '../../store/runs.ts';
import { bundle } from '../../store/testing/nodeProgram.ts';
import { STAND_IN_TRAINER } from '../../store/testing/standInRun.ts';
import type { StandInSettings } from '../../store/testing/standInSeries.ts';
import { temporaryFolder } from '../../store/testing/temporaryFolder.ts';
import { until } from '../../store/testing/until.ts';

export interface Workbench {
  root: string;
  /** A new, empty runs folder. */
  runsFolder(): string;
  daemonProgram(args?: readonly string[]): DaemonProgram;
  /** A client that starts a daemon where there is none. */
  client(runsFolder: string, args?: readonly string[], options?: Partial<DaemonClientOptions>): DaemonClient;
  discovery(runsFolder: string): Discovery;
}

export const identity = { name: 'test', version: '0' };

export function workbench(): Workbench {
  const root = temporaryFolder();
  const state = join(root, 'state');
  const folders: string[] = [];
  const clients: DaemonClient[] = [];
  let daemonEntry = '';
  let trainerEntry = '';

  beforeAll(async () => {
    process.env['DISTILLERY_STATE'] = state;
    daemonEntry = await bundle(new URL('standInDaemon.ts', import.meta.url), root);
    trainerEntry = await bundle(STAND_IN_TRAINER, root);
  });

  afterAll(async () => {
    for (const client of clients) client.close();
    for (const folder of folders) {
      killIfAlive(readDiscovery(folder)?.discovery?.pid);
      for (const { runDir } of (await listRuns(folder)).runs) {
        const lease = await readLease(runDir);
        if (lease?.released === false) killIfAlive(lease.pid);
      }
    }
  });

  const daemonProgram = (args: readonly string[] = []): DaemonProgram => ({
    entry: daemonEntry,
    args: ['--trainer', trainerEntry, ...args],
  });
  return {
    root,
    runsFolder: () => {
      const folder = mkdtempSync(join(root, 'runs-'));
      folders.push(folder);
      return folder;
    },
    daemonProgram,
    client: (runsFolder, args, options) => {
      const client = new DaemonClient(runsFolder, { identity, start: daemonProgram(args), ...options });
      clients.push(client);
      return client;
    },
    discovery: (runsFolder) => {
      const discovery = readDiscovery(runsFolder)?.discovery;
      if (!discovery) throw new Error(`no daemon serves ${runsFolder}`);
      return discovery;
    },
  };
}

function killIfAlive(pid: number | undefined): void {
  try {
    if (pid !== undefined && pid !== process.pid) process.kill(pid, 'SIGKILL');
  } catch {
    // Already gone, as it should be.
  }
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    // A killed child that nobody waited for still has its pid.
    return process.platform !== 'linux' || !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

/** Starts a stand-in run and returns its id. */
export async function startRun(
  client: DaemonClient,
  totalSteps: number,
  settings: Partial<StandInSettings> = {},
): Promise<string> {
  const text = JSON.stringify({ totalSteps, ...settings });
  const source = { kind: 'text' as const, text, fileName: 'stand-in.distill.json' };
  const result = await client.request('runs/start', { source, overrides: [] });
  if (result.kind === 'rejected') throw new Error('the stand-in was rejected');
  return result.run.record.id;
}

/** Waits until a run is as wanted, and returns it. */
export async function runWhere(
  client: DaemonClient,
  id: string,
  isSo: (run: RunSummary) => boolean,
): Promise<RunSummary> {
  let found: RunSummary | undefined;
  await until(async () => {
    const { runs } = await client.request('runs/list', {});
    found = runs.find((run) => run.record.id === id);
    return found !== undefined && isSo(found);
  });
  if (found === undefined) throw new Error(`no run ${id}`);
  return found;
}
