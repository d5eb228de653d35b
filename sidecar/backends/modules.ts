import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

/** Where optional packages come from: Node's resolution, as seen from one place. */
export interface Modules {
  /** Absolute path of what `specifier` names; throws when there is no such package. */
  resolve(specifier: string): string;
  /** The module's exports; rejects with whatever it throws while loading. */
  load(specifier: string): Promise<unknown>;
}

/** Packages as a file at `from` (path or file URL) would find them. */
export function modulesFrom(from: string | URL): Modules {
  const { resolve } = createRequire(from);
  return {
    resolve: (specifier) => resolve(specifier),
    load: async (specifier) => (await import(pathToFileURL(resolve(specifier)).href)) as unknown,
  };
}
