/**
 * The discovery files of a runs folder: `<key>.<generation>.json` in the state folder. Each daemon takes the next
 * generation, so the largest one counts. Whether it still lives, only its socket can tell.
 *
 * API: readDiscovery(runsFolder), generations, generationPath, logPath, pageUrl.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { discoverySchema, type Discovery } from '../protocol/discovery.ts';
import { discoveryKey, stateFolder } from './stateFolder.ts';

export interface FoundDiscovery {
  generation: number;
  /** Null when the file cannot be read: whoever wrote it is gone. */
  discovery: Discovery | null;
}

export function generationPath(runsFolder: string, generation: number): string {
  return join(stateFolder(), `${discoveryKey(runsFolder)}.${generation}.json`);
}

/** Where the daemon of a folder logs. */
export function logPath(runsFolder: string): string {
  return join(stateFolder(), `${discoveryKey(runsFolder)}.log`);
}

/** The page's address. The token stands in the fragment, which no browser sends and no proxy sees. */
export function pageUrl({ port, token }: Pick<Discovery, 'port' | 'token'>): string {
  return `http://127.0.0.1:${port}/#token=${token}`;
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}

/** All generations that have a file. */
export function generations(runsFolder: string): number[] {
  const pattern = new RegExp(`^${discoveryKey(runsFolder)}\\.(\\d+)\\.json$`);
  let names: string[];
  try {
    names = readdirSync(stateFolder());
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
  return names.flatMap((name) => {
    const generation = pattern.exec(name)?.[1];
    return generation === undefined ? [] : [Number(generation)];
  });
}

/** What the newest daemon of a folder says of itself, alive or not; null when there is none. */
export function readDiscovery(runsFolder: string): FoundDiscovery | null {
  const generation = Math.max(0, ...generations(runsFolder));
  if (generation === 0) return null;
  let text: string;
  try {
    text = readFileSync(generationPath(runsFolder, generation), 'utf8');
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
  return { generation, discovery: parse(text) };
}

function parse(text: string): Discovery | null {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    // Cut short by a power cut; the daemon that wrote it did not survive that either.
    return null;
  }
  const result = discoverySchema.safeParse(json);
  return result.success ? result.data : null;
}
