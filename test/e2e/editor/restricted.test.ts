import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chromiumPath, launchBrowser } from '../../support/browser.ts';
import { Editor, whyNoEditor } from '../../support/editor.ts';
import { EditorWindow } from '../../support/editorWindow.ts';
import { pictureFailures } from '../../support/pictures.ts';
import { distillery, temporaryFolder } from '../../support/processes.ts';
import { recordOf, runNames, untilStatus } from '../../support/runsFolder.ts';
import { until } from '../../support/wait.ts';

const EXPERIMENT = `dataset: { name: synthetic }
models: { default: { name: mlp } }
method: { name: dkel }
training: { epochs: 2, batchSize: 64 }
`;

/** A folder from somebody else: with settings that would execute a program, and a run that waits to be started. */
describe.skipIf(whyNoEditor() !== null)('Restricted Mode', () => {
  let [editor, browser, window, folder, runs, finished, waiting, trap] = [] as unknown as [
    Editor,
    Browser,
    EditorWindow,
    string,
    string,
    string,
    string,
    string,
  ];

  beforeAll(async () => {
    folder = await temporaryFolder('restricted');
    runs = join(folder, 'runs');
    trap = join(folder, 'trap.txt');
    writeFileSync(join(folder, 'some.distill.yaml'), EXPERIMENT);
    writeFileSync(join(folder, 'broken.distill.yaml'), EXPERIMENT.replace('epochs', 'epoch'));
    await distillery(['--runs', runs, 'run', join(folder, 'some.distill.yaml')], { CI: '' });
    finished = runNames(runs)[0] ?? '';
    // A run directory that asks to be started as soon as anybody looks.
    waiting = '2030-01-01T00-00-00_waiting';
    cpSync(join(runs, finished), join(runs, waiting), { recursive: true });
    writeFileSync(
      join(runs, waiting, 'run.json'),
      JSON.stringify({ ...recordOf(runs, finished), id: waiting, status: 'queued', endedAt: null }),
    );
    const program = join(folder, 'node.sh');
    writeFileSync(program, `#!/bin/sh\necho executed >> ${trap}\n`, { mode: 0o755 });
    mkdirSync(join(folder, '.vscode'));
    writeFileSync(
      join(folder, '.vscode/settings.json'),
      JSON.stringify({ 'distillery.nodePath': program, 'distillery.runsFolder': 'runs' }),
    );
    editor = await Editor.start({
      trust: true,
      settings: { 'security.workspace.trust.startupPrompt': 'never' },
    });
    browser = await launchBrowser(chromiumPath() ?? '');
    window = await EditorWindow.open(browser, editor, folder);
  });
  pictureFailures(() => window);
  afterAll(async () => {
    await browser.close();
    await editor.stop();
  });

  const trainers = (): readonly unknown[] => editor.processes(/trainer\.js|cli\.js/u);

  it('checks experiments', async () => {
    await window.openFile('broken.distill.yaml');
    await window.page.locator('.squiggly-error').first().waitFor();
  });

  it('shows runs, their curves and what they really ran', async () => {
    await window.showContainer();
    await window.viewRows('Runs').filter({ hasText: 'dkel · mlp · synthetic' }).first().waitFor();
    await window.command('Distillery: Show Resolved Config');
    await window.pick(finished);
    await window.page.locator('.monaco-editor[data-uri$="resolved.yaml"] .view-line').first().waitFor();
    await window.command('Distillery: Open Dashboard');
    await window.dashboard
      .getByText(/not trusted|Restricted/iu)
      .first()
      .waitFor();
    await window.dashboard.locator('html[data-newest-wall]').waitFor({ state: 'attached' });
  });

  it('offers no command that executes', async () => {
    await window.openFile('some.distill.yaml');
    const offered = await window.offered('Distillery: ');
    expect(offered).toContain('Distillery: Open Dashboard');
    for (const label of ['Start Run', 'Resume', 'Doctor', 'Install Native Backend…', 'Delete…'])
      expect(offered).not.toContain(`Distillery: ${label}`);
    expect(await window.page.locator('.codelens-decoration', { hasText: 'Start Run' }).count()).toBe(0);
    await expect(
      window.dashboard.getByRole('button', { name: /^(?:Resume|Stop|Pause|Run again)/u }).count(),
    ).resolves.toBe(0);
  });

  it('executes nothing, though a run waits and a setting names a program', async () => {
    await pause(5_000);
    expect(trainers()).toEqual([]);
    expect(recordOf(runs, waiting).status).toBe('queued');
    expect(runNames(folder)).not.toContain('trap.txt');
  });

  it('starts what waits as soon as the folder is trusted', async () => {
    await window.command('Workspaces: Manage Workspace Trust');
    await window.page
      .locator('.workspace-trust-editor .monaco-button', { hasText: /^Trust$/u })
      .first()
      .click();
    await untilStatus(runs, waiting, 'completed', 60_000);
    await until(
      () => trainers().length,
      (count) => count === 0,
    );
    // The machine-scoped setting is no business of a workspace's, trusted or not.
    expect(runNames(folder)).not.toContain('trap.txt');
  });
});
