import { commands } from 'vscode';

/** Keys that the manifest's when-clauses read; a test compares the two. */
export interface ContextKeys {
  'distillery.hasRuns': boolean;
  /** Some run can be paused / un-paused / continued / stopped. */
  'distillery.canPause': boolean;
  'distillery.canResume': boolean;
  'distillery.canStop': boolean;
  'distillery.canDelete': boolean;
  'distillery.canCheckpoint': boolean;
  'distillery.canPin': boolean;
  'distillery.canUnpin': boolean;
  'distillery.canHide': boolean;
  /** There are two runs. */
  'distillery.canCompare': boolean;
  'distillery.hasCheckpoints': boolean;
  /** Experiments have been compared: the tree of differences has something to show. */
  'distillery.hasComparison': boolean;
  'distillery.differencesByKind': boolean;
  'distillery.hasHidden': boolean;
  'distillery.showHidden': boolean;
  /** What the sidecar is doing, for the welcome texts of the views. */
  'distillery.sidecar': 'off' | 'connecting' | 'connected' | 'failed';
}

const known = new Map<string, unknown>();

export function setContext<K extends keyof ContextKeys>(key: K, value: ContextKeys[K]): void {
  if (known.get(key) === value) return;
  known.set(key, value);
  void commands.executeCommand('setContext', key, value);
}
