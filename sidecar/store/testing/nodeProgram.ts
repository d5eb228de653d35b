/**
 * Real processes for tests: a TypeScript file is bundled and run by Node, as the product's own entries are.
 *
 * API: bundle(entry, folder) → path of a script that `node` runs.
 */
import { build } from 'esbuild';
import { basename, join } from 'node:path';

export async function bundle(entry: URL, folder: string): Promise<string> {
  const outfile = join(folder, basename(entry.pathname).replace(/\.ts$/, '.mjs'));
  await build({
    entryPoints: [entry.pathname],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    logLevel: 'silent',
    // CommonJS dependencies ask for Node's own modules by require.
    banner: { js: "import { createRequire as r } from 'node:module'; const require = r(import.meta.url);" },
  });
  return outfile;
}
