import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll } from 'vitest';
import { chromiumPath, launchBrowser } from './browser.ts';
import { Editor, type EditorOptions } from './editor.ts';
import { EditorWindow } from './editorWindow.ts';
import { pictureFailures } from './pictures.ts';
import { temporaryFolder } from './processes.ts';

/** An editor with a folder of its own open in a window, for all tests of a file. Filled before the first of them. */
export class EditorScene {
  editor!: Editor;
  browser!: Browser;
  folder!: string;
  /** The window that is looked at; a test that closes it puts another one here. */
  window!: EditorWindow;

  get runs(): string {
    return join(this.folder, 'runs');
  }

  /** The same folder in one more window. */
  async anotherWindow(): Promise<EditorWindow> {
    return EditorWindow.open(this.browser, this.editor, this.folder);
  }
}

/**
 * Sets the scene for the tests of the `describe` that it is called in, and clears it away after them.
 * @param fill puts files into the folder before it is opened
 */
export function editorScene(
  name: string,
  fill: (scene: EditorScene) => unknown,
  options: EditorOptions = { settings: { 'distillery.notifications': 'always' } },
): EditorScene {
  const scene = new EditorScene();
  beforeAll(async () => {
    scene.folder = await temporaryFolder(name);
    await fill(scene);
    scene.editor = await Editor.start(options);
    scene.browser = await launchBrowser(chromiumPath() ?? '');
    scene.window = await scene.anotherWindow();
  });
  pictureFailures(() => scene.window);
  afterAll(async () => {
    await scene.browser.close();
    await scene.editor.stop();
  });
  return scene;
}
