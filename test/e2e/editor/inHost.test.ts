import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { format } from 'node:util';
import { build } from 'esbuild';
import { describe, expect, it } from 'vitest';
import { chromiumPath, launchBrowser } from '../../support/browser.ts';
import { Editor, EditorWindow, whyNoEditor } from '../../support/editor.ts';
import { temporaryFolder } from '../../support/processes.ts';
import { RESULT, resultSchema, type Result } from './inHost/result.ts';

const experiment = (epochs: number, extra = ''): string => `dataset: { name: synthetic }
models: { default: { name: mlp } }
method: { name: dkel }
training: { epochs: ${epochs}, batchSize: 64${extra} }
checkpoints: { every: 20 }
`;

describe.skipIf(whyNoEditor() !== null)('inside the extension host', () => {
  it('everything that only the editor can tell holds', async () => {
    const folder = await temporaryFolder('in-host');
    writeFileSync(join(folder, 'short.distill.yaml'), experiment(2));
    writeFileSync(join(folder, 'long.distill.yaml'), experiment(5000));
    writeFileSync(join(folder, 'refused.distill.yaml'), experiment(2, ', seed: -1'));
    writeFileSync(
      join(folder, 'broken.distill.yaml'),
      experiment(2, ', epoch: 2').replace('epochs: 2, ', ''),
    );

    const suite = resolve('dist/test/inHost.cjs');
    mkdirSync(resolve('dist/test'), { recursive: true });
    await build({
      entryPoints: ['test/e2e/editor/inHost/suite.ts'],
      outfile: suite,
      bundle: true,
      platform: 'node',
      format: 'cjs',
      external: ['vscode'],
      logLevel: 'warning',
    });
    copyFileSync('examples/mnist-dkel.distill.yaml', join(folder, 'mnist-dkel.distill.yaml'));

    const editor = await Editor.start({ inHost: true });
    const browser = await launchBrowser(chromiumPath() ?? '');
    try {
      const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
      const results: Result[] = [];
      const log: string[] = [];
      let exit: (code: number) => void = () => undefined;
      const exited = new Promise<number>((done) => (exit = done));
      await context.exposeFunction('codeAutomationLog', (_type: string, args: unknown[]) => {
        const text = format(...args);
        const at = text.indexOf(RESULT);
        if (at >= 0) results.push(resultSchema.parse(JSON.parse(text.slice(at + RESULT.length))));
        else log.push(text);
      });
      await context.exposeFunction('codeAutomationExit', (code: number) => {
        exit(code);
      });
      const uri = (path: string): string => `vscode-remote://${new URL(editor.url).host}${resolve(path)}`;
      await EditorWindow.open(context, editor, folder, {
        payload: [
          ['extensionTestsPath', uri(suite)],
          ['extensionDevelopmentPath', uri('.')],
        ],
      });
      const code = await exited;
      expect(results.filter(({ passed }) => !passed)).toEqual([]);
      expect(results.length, log.slice(-20).join('\n')).toBeGreaterThan(6);
      expect(code).toBe(0);
      expect(editor.processes(/trainer\.js/u)).toEqual([]);
    } finally {
      await browser.close();
      await editor.stop();
    }
  });
});
