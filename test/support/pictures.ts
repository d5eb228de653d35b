import { resolve } from 'node:path';
import { afterEach } from 'vitest';
import type { EditorWindow } from './editorWindow.ts';

/** Keeps a picture of the window of every test that fails, in `dist/test`. */
export function pictureFailures(window: () => EditorWindow): void {
  afterEach(async ({ task }) => {
    if (task.result?.state !== 'fail') return;
    const path = resolve('dist/test', `${task.name.replace(/\W+/gu, '-')}.png`);
    await window().page.screenshot({ path });
    console.log(`picture of the failure: ${path}`);
  });
}
