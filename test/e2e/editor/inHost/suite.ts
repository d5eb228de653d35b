/**
 * Tests inside the extension host, bundled to CommonJS and run by the editor itself: what only `vscode` can tell. Each result
 * is printed as one line of JSON for the test outside.
 */
import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import * as vscode from 'vscode';
import { RESULT, type Result } from './result.ts';
import manifest from '../../../../package.json' with { type: 'json' };

const ID = `${manifest.publisher}.${manifest.name}`;

async function until<T>(read: () => T | Promise<T>, isGood: (value: T) => boolean, ms = 60_000): Promise<T> {
  for (const deadline = Date.now() + ms; ;) {
    const value = await read();
    if (isGood(value)) return value;
    if (Date.now() > deadline) throw new Error(`still ${JSON.stringify(value)} after ${ms} ms`);
    await pause(50);
  }
}

const file = (name: string): vscode.Uri => {
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
  assert(folder, 'the window has a folder');
  return vscode.Uri.joinPath(folder, name);
};

const readJson = async (uri: vscode.Uri): Promise<Record<string, unknown>> =>
  JSON.parse(new TextDecoder().decode(await vscode.workspace.fs.readFile(uri))) as Record<string, unknown>;

const statusOf = async (run: string): Promise<unknown> =>
  (await readJson(file(`runs/${run}/run.json`)))['status'];

/** The folders of runs there are. */
const runNames = async (): Promise<string[]> =>
  (await vscode.workspace.fs.readDirectory(file('runs')))
    .map(([name]) => name)
    .filter((name) => !name.startsWith('.'));

const TESTS: Record<string, () => Promise<unknown>> = {
  'activates when an experiment is in the workspace': async () => {
    const extension = vscode.extensions.getExtension(ID);
    assert(extension, `${ID} is installed`);
    const from = performance.now();
    await extension.activate();
    // A benchmark reads this; activation may have begun before.
    return { waitedMs: performance.now() - from };
  },

  'registers every command of the manifest': async () => {
    const registered = new Set(await vscode.commands.getCommands(true));
    const missing = manifest.contributes.commands.filter(({ command }) => !registered.has(command));
    assert.deepEqual(missing, []);
  },

  'puts findings of an experiment at their place, and takes them away when they are mended': async () => {
    const uri = file('broken.distill.yaml');
    const document = await vscode.workspace.openTextDocument(uri);
    const found = await until(
      () => vscode.languages.getDiagnostics(uri),
      (all) => all.some(({ severity }) => severity === vscode.DiagnosticSeverity.Error),
    );
    const first = found.find(({ severity }) => severity === vscode.DiagnosticSeverity.Error);
    assert(first);
    assert.equal(document.getText(first.range), 'epoch');
    assert.equal(first.source, 'distillery');
    assert.match(first.message, /epochs/u);
    const edit = new vscode.WorkspaceEdit();
    edit.replace(uri, first.range, 'epochs');
    await vscode.workspace.applyEdit(edit);
    await until(
      () =>
        vscode.languages
          .getDiagnostics(uri)
          .filter(({ severity }) => severity === vscode.DiagnosticSeverity.Error),
      (errors) => errors.length === 0,
    );
  },

  'refuses to start an experiment with errors, and makes nothing': async () => {
    const before = await runNames().catch(() => []);
    const bad = file('refused.distill.yaml');
    assert.equal(await vscode.commands.executeCommand('distillery.startRun', bad), null);
    assert.deepEqual(await runNames(), before);
  },

  'starts a run that completes, and shows what was really run': async () => {
    const run = await vscode.commands.executeCommand<string>(
      'distillery.startRun',
      file('short.distill.yaml'),
    );
    assert.equal(typeof run, 'string');
    await until(
      () => statusOf(run),
      (status) => status === 'completed',
      120_000,
    );
    const uri = vscode.Uri.from({ scheme: 'distillery', path: `/${run}/resolved.yaml` });
    const text = (await vscode.workspace.openTextDocument(uri)).getText();
    assert.match(text, /^dataset:\n {2}name: synthetic$/mu);
    // Twice the same is the same.
    const again = await vscode.commands.executeCommand<string>('distillery.runAgain', run);
    await until(
      () => statusOf(again),
      (status) => status === 'completed',
      120_000,
    );
    const best = async (name: string): Promise<unknown> =>
      (await readJson(file(`runs/${name}/run.json`)))['best'];
    assert.deepEqual(await best(again), await best(run));
    assert.notEqual(again, run);
  },

  'follows a run as a task; ending the task does not stop the run': async () => {
    const tasks = await vscode.tasks.fetchTasks({ type: 'distillery' });
    const short = tasks.find(({ name }) => name === 'short.distill.yaml');
    assert(short, `a task for every experiment: ${tasks.map(({ name }) => name).join(', ')}`);
    const ended = new Promise<number | undefined>((resolve) => {
      const listener = vscode.tasks.onDidEndTaskProcess(({ exitCode, execution }) => {
        if (execution.task.name !== short.name) return;
        listener.dispose();
        resolve(exitCode);
      });
    });
    await vscode.tasks.executeTask(short);
    assert.equal(await ended, 0);

    const long = tasks.find(({ name }) => name === 'long.distill.yaml');
    assert(long);
    const before = new Set(await runNames());
    const execution = await vscode.tasks.executeTask(long);
    const names = await until(runNames, (all) => all.some((name) => !before.has(name)));
    const run = names.find((name) => !before.has(name)) ?? '';
    await until(
      () => statusOf(run),
      (status) => status === 'running',
      60_000,
    );
    execution.terminate();
    await pause(2_000);
    assert.equal(await statusOf(run), 'running');
    await vscode.commands.executeCommand('distillery.pause', run);
    await until(
      () => statusOf(run),
      (status) => status === 'paused',
    );
    await vscode.commands.executeCommand('distillery.resume', run);
    await until(
      () => statusOf(run),
      (status) => status === 'running',
    );
    await vscode.commands.executeCommand('distillery.stop', run);
    await until(
      () => statusOf(run),
      (status) => status === 'stopped',
    );
  },

  'exports a student': async () => {
    const run = (await runNames()).sort()[0] ?? '';
    const folder = file('exported').fsPath;
    assert.equal(await vscode.commands.executeCommand('distillery.exportStudent', run, folder), folder);
    assert.equal(typeof (await readJson(file('exported/model.json')))['modelTopology'], 'object');
  },

  'offers to run an experiment above its first line': async () => {
    const lenses = await vscode.commands.executeCommand<vscode.CodeLens[]>(
      'vscode.executeCodeLensProvider',
      file('short.distill.yaml'),
    );
    assert.deepEqual(
      lenses.map(({ command }) => command?.command),
      ['distillery.startRun', 'distillery.startRunWithChanges'],
    );
  },
};

export async function run(): Promise<void> {
  let failures = 0;
  for (const [name, test] of Object.entries(TESTS)) {
    let outcome: Result;
    try {
      outcome = { name, passed: true, value: (await test()) ?? null };
    } catch (error) {
      failures++;
      outcome = {
        name,
        passed: false,
        error: error instanceof Error ? (error.stack ?? error.message) : String(error),
      };
    }
    console.log(RESULT + JSON.stringify(outcome));
  }
  if (failures > 0) throw new Error(`${failures} tests failed`);
}
