/** Inside the extension host: how long it takes to load and activate an extension that nothing has activated yet. */
import { setTimeout as pause } from 'node:timers/promises';
import * as vscode from 'vscode';
import manifest from '../../../package.json' with { type: 'json' };
import { RESULT, type Result } from '../../e2e/editor/inHost/result.ts';

export async function run(): Promise<void> {
  const extension = vscode.extensions.getExtension(`${manifest.publisher}.${manifest.name}`);
  if (!extension) throw new Error('the extension is not installed');
  // The editor's own start is over.
  await pause(3_000);
  if (extension.isActive) throw new Error('something has activated it already');
  const from = performance.now();
  await extension.activate();
  const result: Result = { name: 'activation', passed: true, value: performance.now() - from };
  console.log(RESULT + JSON.stringify(result));
}
