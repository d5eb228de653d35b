import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chromiumPath, launchBrowser } from '../../support/browser.ts';
import { Editor, whyNoEditor } from '../../support/editor.ts';
import { EditorWindow } from '../../support/editorWindow.ts';
import { pictureFailures } from '../../support/pictures.ts';
import { temporaryFolder } from '../../support/processes.ts';
import { newRun, recordOf, untilStatus } from '../../support/runsFolder.ts';
import { until } from '../../support/wait.ts';

const EXPERIMENT = `dataset: { name: synthetic }
models: { default: { name: mlp } }
method: { name: dkel }
training: { epochs: 400, batchSize: 64 }
`;

/** The main path without a mouse: no click in this file. */
describe.skipIf(whyNoEditor() !== null)('by keyboard alone', () => {
  let [editor, browser, window, runs, run] = [] as unknown as [Editor, Browser, EditorWindow, string, string];
  const press = async (...keys: string[]): Promise<void> => {
    for (const key of keys) await window.page.keyboard.press(key);
  };
  /** F1, the label, Enter. */
  const command = async (label: string): Promise<void> => {
    await press('F1');
    await window.page.keyboard.type(label, { delay: 5 });
    await window.page
      .locator('.quick-input-list .monaco-list-row.focused .label-name', { hasText: label })
      .waitFor();
    await press('Enter');
  };
  /** What has the focus inside the dashboard, by its accessible name or text. */
  const focused = async (): Promise<string> => {
    const element = window.dashboard.locator(':focus').first();
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
    const folder = await temporaryFolder('keyboard');
    runs = join(folder, 'runs');
    writeFileSync(join(folder, 'some.distill.yaml'), EXPERIMENT);
    editor = await Editor.start({ settings: { 'distillery.notifications': 'always' } });
    browser = await launchBrowser(chromiumPath() ?? '');
    window = await EditorWindow.open(browser, editor, folder);
    await window.page.locator('.explorer-folders-view .monaco-list-row').first().waitFor();
  });
  pictureFailures(() => window);
  afterAll(async () => {
    await browser.close();
    await editor.stop();
  });

  it('opens an experiment and starts it', async () => {
    await press('Control+P');
    await window.page.keyboard.type('some.distill', { delay: 5 });
    await window.page
      .locator('.quick-input-list .monaco-list-row.focused', { hasText: 'some.distill.yaml' })
      .waitFor();
    await press('Enter');
    await window.page.locator('.monaco-editor[data-uri$="some.distill.yaml"] .view-line').first().waitFor();
    await command('Distillery: Start Run');
    run = await newRun(runs);
    await window.dashboard.locator('html[data-newest-wall]').waitFor({ state: 'attached' });
  });

  it('reaches the dashboard, reads a chart and its table', async () => {
    await command('Distillery: Open Dashboard');
    await press('Tab');
    await tabUntil(/Pause/u);
    await tabUntil(/accuracy/iu);
    const said = window.dashboard.locator('[aria-live="polite"]').first();
    await press('Home', 'ArrowRight', 'ArrowRight');
    await until(
      () => said.innerText(),
      (text) => /\d/u.test(text),
      10_000,
    );
    await press('t');
    await window.dashboard.getByRole('table').nth(1).waitFor();
    await press('Escape');
    await press('?');
    await window.dashboard.getByRole('dialog').waitFor();
    await press('Escape');
  });

  it('pauses, resumes and stops the run from the dashboard', async () => {
    await tabUntil(/^\s*Pause/u, 'Shift+Tab');
    await press('Enter');
    await untilStatus(runs, run, 'paused');
    // The focus stays where it was: the button has become the other one.
    await until(focused, (name) => /Resume/u.test(name));
    await press('Enter');
    await untilStatus(runs, run, 'running');
    await tabUntil(/^\s*Stop/u);
    await press('Enter');
    await untilStatus(runs, run, 'stopped');
  });

  it('annotates the run and exports its student', async () => {
    const notesFile = join(runs, run, 'notes.json');
    await command('Distillery: Tag…');
    await window.page.locator('.quick-input-widget input.input').first().waitFor();
    await window.page.keyboard.type('by-keyboard');
    await press('Enter');
    await until(
      () => (existsSync(notesFile) ? readFileSync(notesFile, 'utf8') : ''),
      (notes) => notes.includes('by-keyboard'),
    );
    await command('Distillery: Export Student…');
    await window.page.locator('.quick-input-widget input.input').first().waitFor();
    await press('Enter');
    await window.toast('Exported to').waitFor({ timeout: 60_000 });
    expect(recordOf(runs, run).status).toBe('stopped');
  });
});
