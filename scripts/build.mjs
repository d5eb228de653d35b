// Bundles everything into dist/. Node packages stay outside: the sidecar runs beside its node_modules.
import { build } from 'esbuild';
import { cpSync, rmSync } from 'node:fs';
import { buildExtension } from './buildExtension.mjs';

const shared = { bundle: true, sourcemap: true, logLevel: 'warning', legalComments: 'none' };

rmSync('dist', { recursive: true, force: true });
await build({
  ...shared,
  platform: 'node',
  format: 'esm',
  target: 'node20.19',
  packages: 'external',
  outdir: 'dist',
  splitting: true,
  chunkNames: 'chunk-[hash]',
  entryPoints: {
    cli: 'sidecar/cli.ts',
    trainer: 'sidecar/trainer/main.ts',
    daemon: 'sidecar/daemon/main.ts',
    gpu: 'sidecar/backends/gpu.ts',
    probe: 'sidecar/backends/probe.ts',
    leaseHeart: 'sidecar/store/leaseHeart.ts',
    prefetchWorker: 'sidecar/datasets/prefetchWorker.ts',
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
  entryPoints: ['webview/main.tsx', 'webview/theme/page.css'],
  entryNames: 'page',
  // The font of the icons lies beside the page.
  loader: { '.ttf': 'file' },
  assetNames: '[name]',
});
cpSync('webview/index.html', 'dist/webview/index.html');
await buildExtension(shared);
