import { existsSync, mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { writeJsonAtomic } from '../store/atomicFile.ts';
import { readJsonSync } from '../store/jsonFile.ts';
import type { OfficialName } from './official.options.ts';

/** Names the folder that data are kept in. */
export const DATA_VARIABLE = 'DISTILLERY_DATA';

/** `DISTILLERY_DATA`, or where the platform keeps a user's data. */
export function dataFolder(env: NodeJS.ProcessEnv = process.env, platform = process.platform): string {
  const own = env[DATA_VARIABLE];
  if (own !== undefined && own !== '') return resolve(own);
  switch (platform) {
    case 'win32':
      return join(env['LOCALAPPDATA'] ?? join(homedir(), 'AppData', 'Local'), 'distillery', 'Data');
    case 'darwin':
      return join(homedir(), 'Library', 'Application Support', 'distillery', 'data');
    default:
      return join(env['XDG_DATA_HOME'] ?? join(homedir(), '.local', 'share'), 'distillery');
  }
}

/** Where decoded images are kept. */
export const cacheFolder = (data: string): string => join(data, 'cache');

/** Where the files of a downloaded set are. */
export const downloadedFolder = (data: string, name: OfficialName): string => join(data, 'sets', name);

/** `added.json`: where sets are that the user has elsewhere. */
const addedSchema = z.object({ version: z.literal(1), sets: z.record(z.string(), z.string()) });
const addedFile = (data: string): string => join(data, 'added.json');

/** @throws StoreError `invalid-file` */
const readAdded = (data: string): Record<string, string> =>
  readJsonSync(addedFile(data), addedSchema)?.sets ?? {};

/** Notes where a set is. @param path absolute */
export function noteSet(data: string, name: OfficialName, path: string): void {
  mkdirSync(data, { recursive: true });
  const sets = { ...readAdded(data), [name]: path };
  writeJsonAtomic(addedFile(data), { version: 1, sets } satisfies z.input<typeof addedSchema>);
}

/** Where a set's files should be, and how that is known. */
export interface SetPlace {
  readonly path: string;
  readonly how: 'added' | 'downloaded';
}

/** What the user has added comes before what was downloaded; null when there is neither. */
export function placeOf(data: string, name: OfficialName): SetPlace | null {
  const added = readAdded(data)[name];
  if (added !== undefined) return { path: added, how: 'added' };
  const downloaded = downloadedFolder(data, name);
  return existsSync(downloaded) ? { path: downloaded, how: 'downloaded' } : null;
}
