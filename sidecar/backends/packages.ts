import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import type { Modules } from '../assets/modules.ts';
import { BackendUnusable, reasonOf } from './prepared.ts';

/** Folder of an installed package. Throws BackendUnusable, with the reason, if there is none. */
export function packageFolder(name: string, modules: Modules): string {
  let folder: string;
  try {
    folder = path.dirname(modules.resolve(name));
  } catch (thrown) {
    const isMissing = (thrown as NodeJS.ErrnoException).code === 'MODULE_NOT_FOUND';
    throw new BackendUnusable(isMissing ? 'is not installed' : reasonOf(thrown), { cause: thrown });
  }
  while (!existsSync(path.join(folder, 'package.json')) && path.dirname(folder) !== folder) {
    folder = path.dirname(folder);
  }
  return folder;
}

/** Whether a tfjs-node package has both its compiled binding and the library that this one loads. */
export const hasLibrary = (folder: string): boolean =>
  hasBinding(folder) && existsSync(path.join(folder, 'deps', 'lib'));

/** Whether a tfjs-node package has its compiled binding, which is downloaded apart from it. */
export function hasBinding(folder: string): boolean {
  const library = path.join(folder, 'lib');
  const builds = existsSync(library) ? readdirSync(library) : [];
  return builds.some((build) => existsSync(path.join(library, build, 'tfjs_binding.node')));
}
