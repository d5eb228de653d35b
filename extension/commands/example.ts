import { copyFile, mkdir } from 'node:fs/promises';
import { constants, existsSync } from 'node:fs';
import { join } from 'node:path';
import { Uri, window } from 'vscode';
import type { App } from '../app.ts';
import { workspaceRoot } from '../settings.ts';
import { assertTrusted } from '../trust.ts';
import { sourceOf, submit } from './startRun.ts';

const EXAMPLE = 'mnist-dkel.distill.yaml';

/** The bundled example in the workspace; one that is there already is the user's. */
async function placeExample(app: App): Promise<Uri> {
  const folder = workspaceRoot()?.fsPath ?? app.context.globalStorageUri.fsPath;
  const target = join(folder, EXAMPLE);
  if (!existsSync(target)) {
    await mkdir(folder, { recursive: true });
    await copyFile(app.context.asAbsolutePath(join('examples', EXAMPLE)), target, constants.COPYFILE_EXCL);
  }
  return Uri.file(target);
}

export async function openExample(app: App): Promise<void> {
  await window.showTextDocument(await placeExample(app));
}

/** DKEL on MNIST: everything it needs came with the extension. */
export async function startExample(app: App): Promise<string | null> {
  assertTrusted();
  const run = await submit(app, await sourceOf(await placeExample(app)), []);
  return run?.record.id ?? null;
}
