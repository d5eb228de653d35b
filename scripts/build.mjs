// Bundles everything into dist/. Node packages stay outside: the sidecar runs beside its node_modules.
import { build } from 'esbuild';
import { cpSync, rmSync } from 'node:fs';

const shared = { bundle: true, sourcemap: true, logLevel: 'warning', legalComments: 'none' };

rmSync('dist', { recursive: true, force: true });
await build({
  ...shared,
  platform: 'node',
  format: 'esm',
  target: 'node20.19',
  packages: 'external',
  outdir: 'dist',
  entryPoints: {
    cli: 'sidecar/cli.ts',
    trainer: 'sidecar/trainer/main.ts',
    prefetchWorker: 'sidecar/datasets/prefetchWorker.ts',
    daemon: 'sidecar/daemon/main.ts',
  },
});
await build({
  ...shared,
  platform: 'browser',
  format: 'esm',
  target: ['chrome120', 'firefox120', 'safari17'],
  minify: true,
  outdir: 'dist/webview',
  jsx: 'automatic',
  jsxImportSource: 'preact',
  entryPoints: { page: 'webview/main.tsx' },
  loader: { '.css': 'css' },
});
cpSync('webview/index.html', 'dist/webview/index.html');
