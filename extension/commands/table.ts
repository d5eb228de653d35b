import { commands, Disposable } from 'vscode';
import type { App } from '../app.ts';
import { tellError } from '../log.ts';

export type Handler = (app: App, ...args: readonly unknown[]) => Promise<unknown>;

/**
 * Every command of the extension and where its code is, loaded when it is first used. The manifest lists the same ones; a
 * test compares the two.
 */
export const COMMANDS = {
  newExperiment: async () => (await import('./newExperiment.ts')).newExperiment,
  startRun: async () => (await import('./startRun.ts')).startRun,
  startRunWithChanges: async () => (await import('./startWithChanges.ts')).startRunWithChanges,
  openExample: async () => (await import('./example.ts')).openExample,
  startExample: async () => (await import('./example.ts')).startExample,
  stop: async () => (await import('./steer.ts')).stop,
  pause: async () => (await import('./steer.ts')).pause,
  resume: async () => (await import('./steer.ts')).resume,
  checkpoint: async () => (await import('./steer.ts')).checkpoint,
  resumeFromCheckpoint: async () => (await import('./branch.ts')).resumeFromCheckpoint,
  runAgain: async () => (await import('./runAgain.ts')).runAgain,
  explainDifference: async () => (await import('./explainDifference.ts')).explainDifference,
  openDashboard: async () => (await import('./open.ts')).openDashboard,
  compareRuns: async () => (await import('./open.ts')).compareRuns,
  revealRunFolder: async () => (await import('./open.ts')).revealRunFolder,
  showRunLog: async () => (await import('./open.ts')).showRunLog,
  showExperiment: async () => (await import('./open.ts')).showExperiment,
  showResolvedConfig: async () => (await import('./open.ts')).showResolvedConfig,
  compareConfigs: async () => (await import('./compareConfigs.ts')).compareConfigs,
  compareExperiment: async () => (await import('./compareExperiment.ts')).compareExperiment,
  copyDifferencesAsMarkdown: async () => (await import('./differences.ts')).copyDifferencesAsMarkdown,
  copyDifferencesAsCsv: async () => (await import('./differences.ts')).copyDifferencesAsCsv,
  sortDifferencesByKind: async () => (await import('./differences.ts')).sortDifferencesByKind,
  sortDifferencesBySchema: async () => (await import('./differences.ts')).sortDifferencesBySchema,
  closeComparison: async () => (await import('./differences.ts')).closeComparison,
  revealDifference: async () => (await import('./differences.ts')).revealDifference,
  compareCheckpoints: async () => (await import('./compareCheckpoints.ts')).compareCheckpoints,
  exportStudent: async () => (await import('./exportStudent.ts')).exportStudent,
  rename: async () => (await import('./annotate.ts')).rename,
  addNote: async () => (await import('./annotate.ts')).addNote,
  tag: async () => (await import('./annotate.ts')).tag,
  pin: async () => (await import('./annotate.ts')).pin,
  unpin: async () => (await import('./annotate.ts')).unpin,
  hide: async () => (await import('./annotate.ts')).hide,
  unhide: async () => (await import('./annotate.ts')).unhide,
  showHiddenRuns: async () => (await import('./arrange.ts')).showHiddenRuns,
  hideHiddenRuns: async () => (await import('./arrange.ts')).hideHiddenRuns,
  groupRuns: async () => (await import('./arrange.ts')).groupRuns,
  delete: async () => (await import('./delete.ts')).deleteRun,
  selectBackend: async () => (await import('./selectBackend.ts')).selectBackend,
  installDataset: async () => (await import('./installDataset.ts')).installDataset,
  downloadData: async () => (await import('./data.ts')).downloadData,
  addData: async () => (await import('./data.ts')).addData,
  checkData: async () => (await import('./data.ts')).checkData,
  installNativeBackend: async () => (await import('./installNative.ts')).installNativeBackend,
  refreshEnvironment: async () => (await import('./doctor.ts')).refreshEnvironment,
  doctor: async () => (await import('./doctor.ts')).doctor,
  showLog: async () => (await import('./diagnose.ts')).showLog,
  copyDiagnosticReport: async () => (await import('./diagnose.ts')).copyDiagnosticReport,
  startSidecar: async () => (await import('./sidecarLife.ts')).startSidecar,
  restartSidecar: async () => (await import('./sidecarLife.ts')).restartSidecar,
  stopSidecar: async () => (await import('./sidecarLife.ts')).stopSidecar,
  showUnresponsive: async () => (await import('./survivors.ts')).showUnresponsive,
} satisfies Record<string, () => Promise<Handler>>;

export type CommandName = keyof typeof COMMANDS;

/** Runs a command as the palette would; whoever calls it has told the user nothing yet. */
export async function perform(app: App, name: CommandName, ...args: readonly unknown[]): Promise<unknown> {
  try {
    const handler: Handler = await COMMANDS[name]();
    return await handler(app, ...args);
  } catch (error) {
    tellError(error);
    return undefined;
  }
}

export function registerCommands(app: App): Disposable {
  return Disposable.from(
    ...(Object.keys(COMMANDS) as CommandName[]).map((name) =>
      commands.registerCommand(`distillery.${name}`, (...args: readonly unknown[]) =>
        perform(app, name, ...args),
      ),
    ),
  );
}
