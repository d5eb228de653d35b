/**
 * One daemon for each runs folder. A daemon that already listens publishes itself under the next generation, unless the
 * newest one proves, by its token, that it lives. Pids prove nothing: they are used again.
 *
 * API: claimFolder(discovery) → Claim or the living rival; Claim.isMine(), release().
 */
import { mkdirSync, rmSync } from 'node:fs';
import { generationPath, generations, readDiscovery } from '../client/discoveryFile.ts';
import { shakeHands } from '../client/handshake.ts';
import { stateFolder } from '../client/stateFolder.ts';
import type { Discovery } from '../protocol/discovery.ts';
import { ProtocolError } from '../protocol/errors.ts';
import { createExclusive } from '../store/atomicFile.ts';

export type ClaimResult = { kind: 'mine'; claim: Claim } | { kind: 'taken'; by: Discovery };

export class Claim {
  readonly runsFolder: string;
  readonly generation: number;

  constructor(runsFolder: string, generation: number) {
    this.runsFolder = runsFolder;
    this.generation = generation;
  }

  /** False when a later daemon took over, because this one did not answer (it was stopped, or the machine slept). */
  isMine(): boolean {
    return Math.max(0, ...generations(this.runsFolder)) === this.generation;
  }

  release(): void {
    rmSync(generationPath(this.runsFolder, this.generation), { force: true });
  }
}

/** What the daemon before left behind: alive, or dead without having cleared up, or nothing. */
export async function predecessor(
  runsFolder: string,
): Promise<{ kind: 'alive' | 'dead'; discovery: Discovery; generation: number } | null> {
  const newest = readDiscovery(runsFolder);
  if (!newest?.discovery) return null;
  const { discovery, generation } = newest;
  return { kind: (await lives(discovery)) ? 'alive' : 'dead', discovery, generation };
}

/**
 * Publishes a daemon that already listens, or finds the one that was first.
 * @param dead generation that is known to be dead, not to be asked again: its port may be ours by now
 */
export async function claimFolder(discovery: Discovery, dead: number | null = null): Promise<ClaimResult> {
  const { runsFolder } = discovery;
  mkdirSync(stateFolder(), { recursive: true, mode: 0o700 });
  for (;;) {
    const newest = readDiscovery(runsFolder);
    if (newest?.discovery && newest.generation !== dead && (await lives(newest.discovery)))
      return { kind: 'taken', by: newest.discovery };
    const claim = publish(discovery, (newest?.generation ?? 0) + 1);
    if (claim !== null) return { kind: 'mine', claim };
  }
}

async function lives(rival: Discovery): Promise<boolean> {
  try {
    const { connection } = await shakeHands(rival, { name: 'daemon', version: '' }, { access: 'read' });
    connection.close();
    return true;
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    // It knew the token, so it is the one; it only speaks another version.
    return error.code === 'incompatible-version';
  }
}

/** Null when somebody else was faster. */
function publish(discovery: Discovery, generation: number): Claim | null {
  const path = generationPath(discovery.runsFolder, generation);
  const text = `${JSON.stringify(discovery, null, 2)}\n`;
  if (!createExclusive(path, text, { mode: 0o600 })) return null;
  const claim = new Claim(discovery.runsFolder, generation);
  if (!claim.isMine()) {
    // We were so slow that this number was used and cleared away meanwhile.
    claim.release();
    return null;
  }
  for (const older of generations(discovery.runsFolder)) {
    if (older < generation) rmSync(generationPath(discovery.runsFolder, older), { force: true });
  }
  return claim;
}
