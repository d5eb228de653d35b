import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { whyNoEditor } from '../../support/editor.ts';
import { editorScene } from '../../support/editorScene.ts';

/** Nothing in the folder has to do with experiments when the window opens. */
describe.skipIf(whyNoEditor() !== null)('the first experiment of a folder', () => {
  const scene = editorScene('late', ({ folder }) => {
    writeFileSync(join(folder, 'readme.txt'), '');
  });

  it('is understood, though it comes long after the window opened', async () => {
    const { window, folder } = scene;
    await window.openFile('readme.txt');
    // The editor looks for files that activate an extension only once, when the window opens.
    await window.page.waitForTimeout(5_000);
    writeFileSync(
      join(folder, 'late.distill.yaml'),
      'dataset: { name: synthetic }\nmodels: { default: { name: mlp } }\nmethod: { name: dkle }\n',
    );
    await window.openFile('late.distill.yaml');
    await window.page.locator('.codelens-decoration a', { hasText: 'Start Run' }).first().waitFor();
    await window.page.locator('.squiggly-error').first().waitFor();
    expect(scene.editor.processes(/languageServer/u)).toHaveLength(1);
  });
});
