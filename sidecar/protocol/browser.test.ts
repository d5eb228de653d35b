import { build } from 'esbuild';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

it('the protocol runs in a browser: nothing in it needs Node', async () => {
  const folder = fileURLToPath(new URL('.', import.meta.url));
  const sources = readdirSync(folder).filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'));
  const { metafile } = await build({
    stdin: {
      contents: ['vscode-jsonrpc/browser', ...sources.map((name) => `./${name}`)]
        .map((path) => `import * as ${path.replaceAll(/\W/g, '_')} from '${path}';`)
        .join('\n'),
      resolveDir: folder,
      loader: 'ts',
    },
    bundle: true,
    platform: 'browser',
    write: false,
    metafile: true,
    logLevel: 'silent',
  });
  const outside = Object.keys(metafile.inputs).filter(
    (input) =>
      !input.includes('node_modules/') && !/(^|\/)sidecar\/protocol\//.test(input) && input !== '<stdin>',
  );
  expect(outside).toEqual([]);
});
