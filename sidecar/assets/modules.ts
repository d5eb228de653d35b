import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

/** Names a folder whose node_modules is searched first: where an editor puts native packages. */
export const NATIVE_VARIABLE = 'DISTILLERY_NATIVE';

/** Where optional packages come from: Node's resolution, as seen from one place or several. */
export interface Modules {
  /** Absolute path of what `specifier` names; throws when there is no such package. */
  resolve(specifier: string): string;
  /** The module's exports; rejects with whatever it throws while loading. */
  load(specifier: string): Promise<unknown>;
}

/** Packages as a file at the first of the places (path or file URL) that has them would find them. */
export function modulesFrom(...places: readonly (string | URL)[]): Modules {
  const resolve = (specifier: string): string => {
    let missing: unknown;
    for (const place of places) {
      try {
        return createRequire(place).resolve(specifier);
      } catch (thrown) {
        if ((thrown as NodeJS.ErrnoException).code !== 'MODULE_NOT_FOUND') throw thrown;
        missing = thrown;
      }
    }
    throw missing;
  };
  return {
    resolve,
    load: async (specifier) => (await import(pathToFileURL(resolve(specifier)).href)) as unknown,
  };
}

/**
 * The folder of {@link NATIVE_VARIABLE} first, then what is installed where this program lies. Where the variable is no
 * absolute path, which would mean another folder in every process, there are no optional packages, with that as the reason.
 */
export function installedModules(env: NodeJS.ProcessEnv = process.env): Modules {
  const folder = env[NATIVE_VARIABLE];
  if (folder === undefined || folder === '') return modulesFrom(import.meta.url);
  if (path.isAbsolute(folder)) return modulesFrom(path.join(folder, 'from.js'), import.meta.url);
  const resolve = (): never => {
    throw new Error(`${NATIVE_VARIABLE}=${folder} is not an absolute path`);
  };
  return { resolve, load: () => Promise.resolve().then(resolve) };
}
