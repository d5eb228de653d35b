// The extension in one file. What commands need stands behind dynamic imports, so it is parsed but not run at activation.
import { build } from 'esbuild';

export function buildExtension(shared) {
  return build({
    ...shared,
    platform: 'node',
    format: 'cjs',
    // Node of VS Code 1.100.
    target: 'node20',
    minify: true,
    keepNames: true,
    external: ['vscode', 'bufferutil', 'utf-8-validate'],
    outfile: 'dist/extension.cjs',
    entryPoints: ['extension/extension.ts'],
  });
}
