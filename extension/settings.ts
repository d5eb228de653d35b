import { homedir } from 'node:os';
import { resolve } from 'node:path';
import { ConfigurationTarget, workspace, type ExtensionContext, type Uri } from 'vscode';

/** Every setting of the extension with its type; the manifest has title, default and explanation. */
interface Settings {
  runsFolder: string;
  nodePath: string;
  dataFolder: string;
  backend: 'experiment' | 'auto' | 'tensorflow' | 'webgpu' | 'wasm' | 'cpu';
  parallelRuns: number;
  notifications: 'whenAway' | 'always' | 'never';
  groupRuns: 'status' | 'experiment' | 'none';
}

export function setting<K extends keyof Settings>(name: K): Settings[K] {
  const value = workspace.getConfiguration('distillery').get<Settings[K]>(name);
  if (value === undefined) throw new Error(`The manifest has no setting distillery.${name}.`);
  return value;
}

/** Overrides that the user's settings add to every run. */
export function standingOverrides(): string[] {
  const backend = setting('backend');
  return backend === 'experiment' ? [] : [`backend=${backend}`];
}

/** Writes a setting where it counts: in the workspace if that has its own value, else for the user. */
export async function changeSetting<K extends keyof Settings>(name: K, value: Settings[K]): Promise<void> {
  const configuration = workspace.getConfiguration('distillery');
  const own = configuration.inspect(name);
  const target =
    own?.workspaceFolderValue !== undefined
      ? ConfigurationTarget.WorkspaceFolder
      : own?.workspaceValue !== undefined
        ? ConfigurationTarget.Workspace
        : ConfigurationTarget.Global;
  await configuration.update(name, value, target);
}

/**
 * Settings that lead to execution are taken from a workspace only where it is trusted; the editor itself sees to that
 * (`restrictedConfigurations` in the manifest).
 * @returns absolute path of the runs folder of this window: in its first folder, else in the extension's own storage
 */
export function runsFolder(context: ExtensionContext): string {
  const base = workspace.workspaceFolders?.[0]?.uri ?? context.globalStorageUri;
  return resolve(base.fsPath, setting('runsFolder'));
}

/**
 * Where data sets are kept, and the proxy that the editor uses, as the sidecar is told of them. What the user has set in the
 * environment stays where the settings say nothing.
 */
export function dataEnvironment(): NodeJS.ProcessEnv {
  const folder = setting('dataFolder');
  const base = workspaceRoot()?.fsPath ?? homedir();
  const proxy = workspace.getConfiguration('http').get<string>('proxy');
  return {
    ...(folder === '' ? {} : { DISTILLERY_DATA: resolve(base, folder) }),
    ...(proxy === undefined || proxy === '' ? {} : { HTTP_PROXY: proxy, HTTPS_PROXY: proxy }),
  };
}

/** Where a relative path of a task or an example belongs. */
export function workspaceRoot(): Uri | null {
  return workspace.workspaceFolders?.[0]?.uri ?? null;
}
