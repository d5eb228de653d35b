import { build } from 'esbuild';
import { builtinModules } from 'node:module';
import { expect, it } from 'vitest';

it('bundles the language service for a web worker, without anything of node', async () => {
  const node = new Set(builtinModules);
  const { outputFiles, metafile } = await build({
    entryPoints: ['extension/language/service/languageService.ts'],
    bundle: true,
    write: false,
    metafile: true,
    platform: 'browser',
    format: 'esm',
    logLevel: 'silent',
    external: ['node:*'],
  });
  const wanted = Object.entries(metafile.inputs).flatMap(([file, { imports }]) =>
    imports
      .filter(({ path, external }) => external === true && (path.startsWith('node:') || node.has(path)))
      .map(({ path }) => `${file} imports ${path}`),
  );
  expect(wanted).toEqual([]);
  expect(Object.keys(metafile.inputs).filter((file) => file.includes('@tensorflow'))).toEqual([]);
  expect(outputFiles[0]?.text).not.toMatch(/\brequire\(|\bprocess\.(?:env|cwd|exit)/u);
});
