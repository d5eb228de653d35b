// Writes docs/configuration.md from the schema.
import { build } from 'esbuild';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const folder = mkdtempSync(join(tmpdir(), 'distillery-docs-'));
const outfile = join(folder, 'configurationPage.mjs');
try {
  await build({
    entryPoints: ['sidecar/config/configurationPage.ts'],
    bundle: true,
    outfile,
    platform: 'node',
    format: 'esm',
    logLevel: 'warning',
  });
  const { configurationPage } = await import(pathToFileURL(outfile).href);
  writeFileSync('docs/configuration.md', configurationPage());
} finally {
  rmSync(folder, { recursive: true });
}
