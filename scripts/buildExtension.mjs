// The extension in one file. What commands need stands behind dynamic imports, so it is parsed but not run at activation.
import { build } from 'esbuild';

export function buildExtension(shared) {
  const options = forNode(shared);
  return build({
    ...options,
    plugins: [...options.plugins, languageClientApart],
    outfile: 'dist/extension.cjs',
    entryPoints: ['extension/extension.ts'],
  });
}

/** Half a megabyte that only a window with an experiment needs: a file of its own, which nobody else has to parse. */
const languageClientApart = {
  name: 'language-client-apart',
  setup({ onResolve }) {
    onResolve({ filter: /^vscode-languageclient\/node$/ }, () => ({
      path: './languageClient.cjs',
      external: true,
    }));
  },
};

export function buildLanguageClient(shared) {
  return build({
    ...forNode(shared),
    outfile: 'dist/languageClient.cjs',
    entryPoints: ['vscode-languageclient/node'],
  });
}

/** The language server, as a process of its own. */
export function buildLanguageServer(shared) {
  return build({
    ...forNode(shared),
    outfile: 'dist/languageServer.cjs',
    entryPoints: ['extension/language/server/node.ts'],
  });
}

/** The same server for an editor that is a page. */
export function buildLanguageWorker(shared) {
  return build({
    ...shared,
    platform: 'browser',
    format: 'iife',
    target: 'es2022',
    minify: true,
    outfile: 'dist/languageWorker.js',
    entryPoints: ['extension/language/server/worker.ts'],
  });
}

const forNode = (shared) => ({
  ...shared,
  platform: 'node',
  format: 'cjs',
  // Node of VS Code 1.100.
  target: 'node20',
  minify: true,
  keepNames: true,
  external: ['vscode', 'bufferutil', 'utf-8-validate'],
});
