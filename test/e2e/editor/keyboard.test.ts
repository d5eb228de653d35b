import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { whyNoEditor } from '../../support/editor.ts';
import { editorScene } from '../../support/editorScene.ts';
import { newRun, recordOf, untilStatus } from '../../support/runsFolder.ts';
import { until } from '../../support/wait.ts';

/** Longer than any machine needs to come to the end of this file: the run is to be stopped there, not to complete. */
const EXPERIMENT = `dataset: { name: synthetic }
models: { default: { name: mlp } }
method: { name: dkel }
training: { epochs: 100000, batchSize: 64 }
`;

/** The main path without a mouse: no click in this file. */
describe.skipIf(whyNoEditor() !== null)('by keyboard alone', () => {
  let run = '';
  const scene = editorScene('keyboard', ({ folder }) => {
    writeFileSync(join(folder, 'some.distill.yaml'), EXPERIMENT);
  });
  const press = async (...keys: string[]): Promise<void> => {
    for (const key of keys) await scene.window.page.keyboard.press(key);
  };
  /** F1, the label, Enter. The palette lists what there was when it was opened: in a new window it may be too early. */
  const command = async (label: string): Promise<void> => {
    const row = scene.window.page.locator('.quick-input-list .monaco-list-row.focused .label-name', {
      hasText: label,
    });
    for (let attempt = 0; ; attempt++) {
      await press('F1');
      await scene.window.page.keyboard.type(label, { delay: 5 });
      try {
        await row.waitFor({ timeout: 5_000 });
        break;
      } catch (error) {
        if (attempt >= 5) throw error;
        await press('Escape');
      }
    }
    await press('Enter');
  };
  /** What has the focus inside the dashboard, by its accessible name or text. */
  const focused = async (): Promise<string> => {
    const element = scene.window.dashboard.locator(':focus').first();
    if ((await element.count()) === 0) return '';
    return (await element.getAttribute('aria-label')) ?? (await element.innerText());
  };
  const tabUntil = async (wanted: RegExp, key = 'Tab'): Promise<void> => {
    for (let presses = 0; presses < 80; presses++) {
      if (wanted.test(await focused())) return;
      await press(key);
    }
    throw new Error(`${key} never reaches ${wanted.source}; now: ${await focused()}`);
  };

  beforeAll(async () => {
    await scene.window.page.locator('.explorer-folders-view .monaco-list-row').first().waitFor();
  });

  it('opens an experiment and starts it', async () => {
    await press('Control+P');
    await scene.window.page.keyboard.type('some.distill', { delay: 5 });
    await scene.window.page
      .locator('.quick-input-list .monaco-list-row.focused', { hasText: 'some.distill.yaml' })
      .waitFor();
    await press('Enter');
    await scene.window.page
      .locator('.monaco-editor[data-uri$="some.distill.yaml"] .view-line')
      .first()
      .waitFor();
    await command('Distillery: Start Run');
    run = await newRun(scene.runs);
    await scene.window.dashboard.locator('html[data-newest-wall]').waitFor({ state: 'attached' });
  });

  it('reaches the dashboard, reads a chart and its table', async () => {
    await command('Distillery: Open Dashboard');
    await press('Tab');
    await tabUntil(/Pause/u);
    await tabUntil(/accuracy/iu);
    const said = scene.window.dashboard.locator('[aria-live="polite"]').first();
    await press('Home', 'ArrowRight', 'ArrowRight');
    await until(
      () => said.innerText(),
      (text) => /\d/u.test(text),
      10_000,
    );
    await press('t');
    await scene.window.dashboard.getByRole('table').nth(1).waitFor();
    await press('Escape');
    await press('?');
    await scene.window.dashboard.getByRole('dialog').waitFor();
    await press('Escape');
  });

  it('pauses, resumes and stops the run from the dashboard', async () => {
    await tabUntil(/^\s*Pause/u, 'Shift+Tab');
    await press('Enter');
    await untilStatus(scene.runs, run, 'paused');
    // The focus stays where it was: the button has become the other one.
    await until(focused, (name) => /Resume/u.test(name));
    await press('Enter');
    await untilStatus(scene.runs, run, 'running');
    await tabUntil(/^\s*Stop/u);
    await press('Enter');
    await untilStatus(scene.runs, run, 'stopped');
  });

  it('annotates the run and exports its student', async () => {
    const notesFile = join(scene.runs, run, 'notes.json');
    // By their titles: the palette itself has an input too, and may still be closing.
    const asked = (title: string): Promise<void> =>
      scene.window.page.locator('.quick-input-title', { hasText: title }).waitFor();
    await command('Distillery: Tag…');
    await asked('Tags of');
    await scene.window.page.keyboard.type('by-keyboard');
    await press('Enter');
    await until(
      () => (existsSync(notesFile) ? readFileSync(notesFile, 'utf8') : ''),
      (notes) => notes.includes('by-keyboard'),
    );
    await command('Distillery: Export Student…');
    await asked('Export the student');
    await press('Enter');
    await scene.window.toast('Exported to').waitFor({ timeout: 60_000 });
    expect(recordOf(scene.runs, run).status).toBe('stopped');
  });
});
