import { setTimeout as pause } from 'node:timers/promises';
import { l10n } from 'vscode';
import { readDiscovery } from '../../sidecar/client/discoveryFile.ts';
import { realFolder } from '../../sidecar/client/stateFolder.ts';
import { Failure } from '../failure.ts';
import type { SidecarLink } from './link.ts';

/** Longer than the daemon itself waits for runs to end. */
const SHUTDOWN_DEADLINE_MS = 90_000;
const GONE_DEADLINE_MS = 10_000;

/**
 * Ends the daemon of a runs folder and waits until it is gone: asks it; one that does not speak our protocol, but has
 * published itself for this folder, gets the signal to end. Trainers are never signalled.
 * @returns runs that were to stop and had not after the time allowed
 */
export async function endDaemon(
  link: SidecarLink | null,
  runsFolder: string,
  runs: 'leave' | 'stop',
): Promise<readonly string[]> {
  const discovery = readDiscovery(realFolder(runsFolder))?.discovery;
  if (!discovery) return [];
  let stillRunning: readonly string[] = [];
  if (link?.daemon) {
    ({ stillRunning } = await link.request(
      'system/shutdown',
      { runs },
      { deadlineMs: SHUTDOWN_DEADLINE_MS },
    ));
    link.dispose();
  } else if (runs === 'stop') {
    throw new Failure(
      l10n.t('The sidecar does not answer, so it cannot stop runs.'),
      l10n.t('Restart the sidecar first.'),
    );
  } else {
    link?.dispose();
    if (isAlive(discovery.pid)) process.kill(discovery.pid, 'SIGTERM');
  }
  for (const deadline = Date.now() + GONE_DEADLINE_MS; isAlive(discovery.pid);) {
    if (Date.now() > deadline)
      throw new Failure(
        l10n.t('The sidecar (process {0}) does not end.', discovery.pid),
        l10n.t('End that process yourself; runs go on.'),
      );
    await pause(50);
  }
  return stillRunning;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
