import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { whyNoEditor } from '../../support/editor.ts';
import { editorScene, type EditorScene } from '../../support/editorScene.ts';
import { distillery } from '../../support/processes.ts';
import { recordOf, runNames, untilStatus } from '../../support/runsFolder.ts';
import { until } from '../../support/wait.ts';

const EXPERIMENT = `dataset: { name: synthetic }
models: { default: { name: mlp } }
method: { name: dkel }
training: { epochs: 2, batchSize: 64 }
`;

/** A folder from somebody else: with settings that would execute a program, and a run that waits to be started. */
describe.skipIf(whyNoEditor() !== null)('Restricted Mode', () => {
  let finished = '';
  // A run directory that asks to be started as soon as anybody looks.
  const waiting = '2030-01-01T00-00-00_waiting';

  const fill = async ({ folder, runs }: EditorScene): Promise<void> => {
    const trap = join(folder, 'trap.txt');
    writeFileSync(join(folder, 'some.distill.yaml'), EXPERIMENT);
    writeFileSync(join(folder, 'broken.distill.yaml'), EXPERIMENT.replace('epochs', 'epoch'));
    await distillery(['--runs', runs, 'run', join(folder, 'some.distill.yaml')], { CI: '' });
    finished = runNames(runs)[0] ?? '';
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
  };
  const scene = editorScene('restricted', fill, {
    trust: true,
    settings: { 'security.workspace.trust.startupPrompt': 'never' },
  });

  const trainers = (): readonly unknown[] => scene.editor.processes(/trainer\.js|cli\.js/u);

  it('checks experiments', async () => {
    await scene.window.openFile('broken.distill.yaml');
    await scene.window.page.locator('.squiggly-error').first().waitFor();
  });

  it('shows runs, their curves and what they really ran', async () => {
    await scene.window.showContainer();
    await scene.window.viewRows('Runs').filter({ hasText: 'dkel · mlp · synthetic' }).first().waitFor();
    await scene.window.command('Distillery: Show Resolved Config');
    await scene.window.pick(finished);
    await scene.window.page.locator('.monaco-editor[data-uri$="resolved.yaml"] .view-line').first().waitFor();
    await scene.window.command('Distillery: Open Dashboard');
    await scene.window.dashboard
      .getByText(/not trusted|Restricted/iu)
      .first()
      .waitFor();
    await scene.window.dashboard.locator('html[data-newest-wall]').waitFor({ state: 'attached' });
  });

  it('offers no command that executes', async () => {
    await scene.window.openFile('some.distill.yaml');
    const offered = await scene.window.offered('Distillery: ');
    expect(offered).toContain('Distillery: Open Dashboard');
    for (const label of ['Start Run', 'Resume', 'Doctor', 'Install Native Backend…', 'Delete…'])
      expect(offered).not.toContain(`Distillery: ${label}`);
    expect(await scene.window.page.locator('.codelens-decoration', { hasText: 'Start Run' }).count()).toBe(0);
    await expect(
      scene.window.dashboard.getByRole('button', { name: /^(?:Resume|Stop|Pause|Run again)/u }).count(),
    ).resolves.toBe(0);
  });

  it('executes nothing, though a run waits and a setting names a program', async () => {
    await pause(5_000);
    expect(trainers()).toEqual([]);
    expect(recordOf(scene.runs, waiting).status).toBe('queued');
    expect(runNames(scene.folder)).not.toContain('trap.txt');
  });

  it('starts what waits as soon as the folder is trusted', async () => {
    await scene.window.command('Workspaces: Manage Workspace Trust');
    await scene.window.page
      .locator('.workspace-trust-editor .monaco-button', { hasText: /^Trust$/u })
      .first()
      .click();
    await untilStatus(scene.runs, waiting, 'completed', 60_000);
    await until(
      () => trainers().length,
      (count) => count === 0,
    );
    // The machine-scoped setting is no business of a workspace's, trusted or not.
    expect(runNames(scene.folder)).not.toContain('trap.txt');
  });
});
