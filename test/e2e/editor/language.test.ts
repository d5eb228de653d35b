import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Locator } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { methodDeclarations } from '../../../sidecar/methods/registry.options.ts';
import { whyNoEditor } from '../../support/editor.ts';
import { editorScene } from '../../support/editorScene.ts';
import { newRun, untilStatus } from '../../support/runsFolder.ts';
import { until } from '../../support/wait.ts';

const EXPERIMENT = `dataset: { name: synthetic }
models: { default: { name: mlp } }
method:
  name: dkel
  
training: { epochs: 2, batchSize: 64 }
`;

/** An experiment is written in the editor, which knows what may stand where. */
describe.skipIf(whyNoEditor() !== null)('writing an experiment', () => {
  const scene = editorScene('language', ({ folder }) => {
    writeFileSync(join(folder, 'some.distill.yaml'), EXPERIMENT);
  });
  const file = (): string => join(scene.folder, 'some.distill.yaml');
  const press = async (...keys: string[]): Promise<void> => {
    for (const key of keys) await scene.window.page.keyboard.press(key);
  };
  const type = (text: string): Promise<void> => scene.window.page.keyboard.type(text, { delay: 10 });
  /** Puts the cursor at a line and column, both counted from 1. */
  const goTo = async (line: number, column: number): Promise<void> => {
    await press('Control+G');
    await scene.window.type(`:${line}:${column}`);
    // Keys go to the text again.
    await scene.window.page.locator('.quick-input-widget').waitFor({ state: 'hidden' });
  };
  const suggestions = async (): Promise<string[]> => {
    const widget = scene.window.page.locator('.suggest-widget.visible');
    await widget.locator('.monaco-list-row').first().waitFor();
    const shown = (): Promise<string[]> => widget.locator('.monaco-list-row .label-name').allInnerTexts();
    const top = await shown();
    if (top.length < 2) return top;
    // The list draws a dozen rows: up from the first is the last.
    await press('ArrowUp');
    await widget.locator('.monaco-list-row.focused:not([data-index="0"])').waitFor();
    return [...new Set([...top, ...(await shown())])];
  };
  const squiggles = (): Locator => scene.window.page.locator('.squiggly-error');
  const saved = async (): Promise<string> => {
    await press('Control+S');
    await scene.window.page.locator('.tab.dirty').waitFor({ state: 'detached' });
    return readFileSync(file(), 'utf8');
  };

  it('underlines a typing error, and mends it', async () => {
    await scene.window.openFile('some.distill.yaml');
    // The server starts with the first file: when it hints at derived values, it is there.
    await scene.window.page
      .locator('.view-line', { hasText: /parameters/u })
      .first()
      .waitFor();
    await goTo(5, 3);
    await type('temprature: 4');
    const typed = Date.now();
    await squiggles().first().waitFor();
    console.log(`underlined ${Date.now() - typed} ms after the last key`);
    await goTo(5, 4);
    await press('Control+.');
    await scene.window.page
      .locator('.action-widget .monaco-list-row', { hasText: 'temperature' })
      .first()
      .click();
    await squiggles().first().waitFor({ state: 'detached' });
    expect(await saved()).toBe(EXPERIMENT.replace('  \n', '  temperature: 4\n'));
  });

  it('offers all methods, and below one only its own options', async () => {
    await goTo(4, 13);
    await press('Control+Shift+ArrowLeft', 'Delete', 'Control+Space');
    expect([...(await suggestions())].sort()).toEqual(Object.keys(methodDeclarations).sort());
    await press('Escape');
    await type('vanilla');
    await press('Escape', 'Control+Z');
    await press('Escape');
    await scene.window.command('File: Revert File');
    await goTo(5, 17);
    await press('Enter', 'Control+Space');
    const dkel = await suggestions();
    expect(dkel).toEqual(expect.arrayContaining(['decayRate', 'omegaMax', 'peers']));
    // Neither what is there already, nor what belongs elsewhere.
    for (const other of ['temperature', 'name', 'learningRate', 'epochs']) expect(dkel).not.toContain(other);
    await press('Escape');
    await scene.window.command('File: Revert File');
  });

  it('explains a setting: range and default', async () => {
    await scene.window.page.locator('.view-line', { hasText: 'batchSize' }).getByText('batchSize').hover();
    const hover = scene.window.page.locator('.monaco-hover-content:visible');
    await hover.first().waitFor();
    const text = (await hover.allInnerTexts()).join('\n');
    expect(text).toMatch(/128/u);
    expect(text).toMatch(/65/u);
  });

  it('starts the run from the line above the first', async () => {
    // The explanation would cover the line as long as the mouse is over the text.
    await scene.window.page.mouse.move(0, 0);
    await scene.window.page.locator('.monaco-hover-content:visible').waitFor({ state: 'detached' });
    await scene.window.page.locator('.codelens-decoration a', { hasText: 'Start Run' }).first().click();
    const run = await newRun(scene.runs);
    await untilStatus(scene.runs, run, 'completed');
    await until(
      () => scene.window.statusBar.innerText(),
      (text) => text.includes('completed'),
    );
  });

  it('comes back when its process was killed, and knows the runs still', async () => {
    const servers = (): number[] => scene.editor.processes(/languageServer/u).map(({ pid }) => pid);
    const [first = 0] = servers();
    process.kill(first, 'SIGKILL');
    await until(servers, (pids) => pids.length === 1 && pids[0] !== first);
    await goTo(6, 1);
    await press('Control+End');
    await type('baseline: { run: ');
    await until(
      async () => {
        await press('Escape', 'Control+Space');
        return suggestions();
      },
      (names) => names.some((name) => name.includes('dkel_mlp_synthetic')),
    );
    await press('Escape');
    await scene.window.command('File: Revert File');
  });
});
