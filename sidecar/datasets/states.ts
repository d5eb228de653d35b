import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { isDataProblem } from './fault.ts';
import type { OfficialName, OfficialOptions } from './official.options.ts';
import { findOfficial, TITLES } from './officialSet.ts';

/** What there is of an official set on this machine. */
export interface SetState {
  readonly name: OfficialName;
  readonly title: string;
  /** Folder or archive; null where it is not there, and `problem` says why. */
  readonly path: string | null;
  readonly how: 'added' | 'downloaded' | 'embedded' | null;
  /** Of its files. */
  readonly bytes: number;
  readonly problem: string | null;
}

export const OFFICIAL_NAMES = Object.keys(TITLES) as OfficialName[];

/** An official set with its defaults. */
export const officialNamed = (name: OfficialName, path?: string): OfficialOptions =>
  name === 'cifar100' ? { name, path, labels: 'fine' } : { name, path };

/** @param data the data folder */
export function setStates(data: string): SetState[] {
  return OFFICIAL_NAMES.map((name) => {
    const about = { name, title: TITLES[name] };
    try {
      const { path, how } = findOfficial(officialNamed(name), data);
      const from = how === 'named' ? null : how;
      return { ...about, path, how: from, bytes: bytesIn(path), problem: null };
    } catch (error) {
      if (!isDataProblem(error)) throw error;
      return { ...about, path: null, how: null, bytes: 0, problem: error.message };
    }
  });
}

/** Of a file, or of the files of a folder and below. */
export function bytesIn(path: string): number {
  if (!existsSync(path)) return 0;
  const stat = statSync(path);
  if (!stat.isDirectory()) return stat.size;
  return readdirSync(path).reduce((sum, name) => sum + bytesIn(join(path, name)), 0);
}
