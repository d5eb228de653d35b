import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import type Sharp from 'sharp';
import { installedModules, modulesFrom } from '../assets/modules.ts';
import { DataFault } from './fault.ts';

/**
 * sharp, which decodes images: the one of DISTILLERY_NATIVE, else that installed where this program lies, else the one that came
 * with it. The last has no native code and decodes with WebAssembly, on every platform; it is needed for images alone.
 */
export function imageLibrary(): typeof Sharp {
  const places = [installedModules(), modulesFrom(new URL('./assets/images/from.js', import.meta.url))];
  let missing: unknown;
  for (const place of places)
    try {
      // It is CommonJS, native code and all, so it is required.
      return createRequire(import.meta.url)(place.resolve('sharp')) as typeof Sharp;
    } catch (error) {
      missing = error;
    }
  throw new DataFault(
    `Images cannot be decoded: ${missing instanceof Error ? (missing.message.split('\n', 1)[0] ?? '') : String(missing)}.`,
    `Install Distillery again; its images are decoded by what lies in ${fileURLToPath(new URL('./assets/images', import.meta.url))}.`,
    missing,
  );
}
