import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { cp, mkdir, readdir, readFile, rename, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { l10n, workspace, type ExtensionContext } from 'vscode';
import type { DaemonProgram } from '../../sidecar/client/findOrStart.ts';
import { Failure } from '../failure.ts';
import { VERSION } from '../identity.ts';
import { dataEnvironment, setting } from '../settings.ts';

/** Longer than any run is left alone. */
const UNUSED_MS = 60 * 24 * 60 * 60 * 1000;

/** Where native packages are put on request, apart from every version of the sidecar. */
export const nativeFolder = (context: ExtensionContext): string =>
  join(context.globalStorageUri.fsPath, 'native');

const copies = (context: ExtensionContext): string => join(context.globalStorageUri.fsPath, 'sidecar');

/**
 * The sidecar, copied out of the extension before its first start: an update replaces the extension's folder, but a trainer
 * that began with the old one still reads from it. Named by version and content, so that a rebuilt one is another one.
 * @returns folder of the copy
 */
export function installSidecar(context: ExtensionContext): Promise<string> {
  installing ??= copySidecar(context).catch((error: unknown) => {
    installing = null;
    throw error;
  });
  return installing;
}

/** Several ask at once; one copies. */
let installing: Promise<string> | null = null;

async function copySidecar(context: ExtensionContext): Promise<string> {
  const source = context.asAbsolutePath(join('dist', 'sidecar'));
  if (!existsSync(join(source, 'daemon.js'))) {
    throw new Failure(
      l10n.t('The extension has no sidecar at {0}.', source),
      l10n.t('Install the extension again.'),
    );
  }
  const digest = createHash('sha256')
    .update(await readFile(join(source, 'daemon.js')))
    .update(await readFile(join(source, 'trainer.js')))
    .digest('hex')
    .slice(0, 12);
  const target = join(copies(context), `${VERSION}-${digest}`);
  if (existsSync(target)) {
    await stamp(target);
    return target;
  }
  await mkdir(copies(context), { recursive: true });
  const unfinished = `${target}.${process.pid}.tmp`;
  await rm(unfinished, { recursive: true, force: true });
  await cp(source, unfinished, { recursive: true });
  try {
    await rename(unfinished, target);
  } catch (error) {
    // Another window was faster.
    await rm(unfinished, { recursive: true, force: true });
    if (!existsSync(target)) throw error;
  }
  await stamp(target);
  return target;
}

/** Puts back what the copy has lost of the extension's data. */
export async function mendData(context: ExtensionContext): Promise<void> {
  const assets = context.asAbsolutePath(join('dist', 'sidecar', 'assets'));
  await cp(assets, join(await installSidecar(context), 'assets'), { recursive: true });
}

/** Marks a copy as used now. */
async function stamp(copy: string): Promise<void> {
  const now = new Date();
  await utimes(copy, now, now);
}

/**
 * Removes copies that no window has used for long. All workspaces of the user share them, and the daemon and trainers of
 * another one read from theirs, whatever runs here.
 */
export async function removeOldSidecars(context: ExtensionContext, current: string): Promise<void> {
  for (const name of await readdir(copies(context))) {
    const copy = join(copies(context), name);
    if (copy === current) continue;
    const { mtimeMs } = await stat(copy);
    if (Date.now() - mtimeMs > UNUSED_MS) await rm(copy, { recursive: true, force: true });
  }
}

/**
 * What runs the sidecar: the user's Node where the setting names one (never in Restricted Mode), else the editor's own,
 * which on the desktop has to be told to be Node.
 */
export function nodeProgram(context: ExtensionContext): {
  executable: string;
  env: NodeJS.ProcessEnv;
} {
  const chosen = workspace.isTrusted ? setting('nodePath') : '';
  return {
    executable: chosen === '' ? process.execPath : chosen,
    env: {
      ...withoutEditor(process.env),
      ELECTRON_RUN_AS_NODE: '1',
      DISTILLERY_NATIVE: nativeFolder(context),
      ...dataEnvironment(),
    },
  };
}

export function daemonProgram(context: ExtensionContext, sidecar: string): DaemonProgram {
  const { executable, env } = nodeProgram(context);
  return {
    entry: join(sidecar, 'daemon.js'),
    executable,
    args: ['--parallelism', String(setting('parallelRuns'))],
    env,
  };
}

/** The extension host's own variables change how Node and VS Code's tools behave; they are none of the sidecar's business. */
function withoutEditor(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(env).filter(([name]) => !/^(?:VSCODE_|ELECTRON_|NODE_OPTIONS$)/u.test(name)),
  );
}
