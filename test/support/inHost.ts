import { resolve } from 'node:path';
import { format } from 'node:util';
import { build } from 'esbuild';
import type { Browser } from 'playwright-core';
import { type Editor } from './editor.ts';
import { EditorWindow } from './editorWindow.ts';
import { RESULT, resultSchema, type Result } from '../e2e/editor/inHost/result.ts';

export interface InHostRun {
  readonly code: number;
  readonly results: readonly Result[];
  /** What the extension host printed besides. */
  readonly log: readonly string[];
}

/**
 * Runs a suite (`run(): Promise<void>`) inside the extension host of an editor that was started with `inHost`; the extension
 * is loaded from this checkout.
 */
export async function runInHost(
  browser: Browser,
  editor: Editor,
  folder: string,
  suite: string,
): Promise<InHostRun> {
  const outfile = resolve('dist/test', suite.replaceAll('/', '-').replace(/\.ts$/u, '.cjs'));
  await build({
    entryPoints: [suite],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    external: ['vscode'],
    logLevel: 'warning',
  });
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
      ['extensionTestsPath', uri(outfile)],
      ['extensionDevelopmentPath', uri('.')],
    ],
  });
  const code = await exited;
  await context.close();
  return { code, results, log };
}
