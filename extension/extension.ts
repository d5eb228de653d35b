import { existsSync } from 'node:fs';
import { RelativePattern, Uri, workspace, type ExtensionContext } from 'vscode';
import type { App } from './app.ts';
import { registerCommands } from './commands/table.ts';
import { DifferencesView } from './compare/differencesView.ts';
import { Dashboards } from './dashboard/dashboards.ts';
import { EXPERIMENT_FILE, EXPERIMENT_GLOB } from './identity.ts';
import { Language } from './language/client.ts';
import { provideCodeLenses } from './language/codeLens.ts';
import { VirtualDocuments } from './language/virtualDocuments.ts';
import { closeLog, remember } from './log.ts';
import { RunsModel } from './runs/runsModel.ts';
import { Sidecar } from './sidecar/sidecar.ts';
import { watchVersions } from './sidecar/versions.ts';
import { provideTasks } from './tasks/provider.ts';
import { CheckpointsView } from './views/checkpointsView.ts';
import { EnvironmentView } from './views/environmentView.ts';
import { Notifications } from './views/notifications.ts';
import { RunsView } from './views/runsView.ts';
import { StatusBar } from './views/statusBar.ts';

/** When the editor has drawn itself. */
const PREPARE_AFTER_MS = 500;

/** Puts the parts together. Nothing here is heavy: sockets, schemas and commands are loaded when they are first used. */
export function activate(context: ExtensionContext): void {
  const model = new RunsModel();
  const sidecar = new Sidecar(context, model);
  const app: App = {
    context,
    model,
    sidecar,
    documents: new VirtualDocuments(sidecar),
    dashboards: new Dashboards(context, () => app),
    differences: new DifferencesView(),
    runsView: new RunsView(model),
    environmentView: new EnvironmentView(context),
  };
  const { documents, dashboards, differences, runsView, environmentView } = app;
  // Disposed in this order: what is used goes after its users.
  context.subscriptions.push(
    registerCommands(app),
    provideTasks(() => app),
    provideCodeLenses(),
    new Language(context, model, sidecar),
    watchVersions(model),
    new Notifications(context, model),
    new StatusBar(model),
    new CheckpointsView(model, sidecar),
    environmentView,
    differences,
    runsView,
    dashboards,
    documents,
    sidecar,
    model,
    { dispose: closeLog },
  );

  // Some time before it is needed: copying it is the longest part of a first start.
  if (workspace.isTrusted) {
    const prepare = setTimeout(() => {
      prepareSidecar(context).catch(remember);
    }, PREPARE_AFTER_MS);
    context.subscriptions.push({
      dispose: () => {
        clearTimeout(prepare);
      },
    });
  }

  // What lives is found again at once. Where there never was a run, nothing is started before somebody asks, or one appears.
  const connect = (): void => {
    sidecar.linkUnlessStopped().catch(remember);
  };
  if (existsSync(sidecar.runsFolder)) {
    connect();
    return;
  }
  const appearing = workspace.createFileSystemWatcher(
    new RelativePattern(Uri.file(sidecar.runsFolder), '*/run.json'),
  );
  appearing.onDidCreate(() => {
    // Once: every write of a record looks like a new file.
    appearing.dispose();
    connect();
  });
  context.subscriptions.push(appearing);
}

/** Any YAML file activates us, since an experiment may come late; most have nothing to do with experiments. */
async function prepareSidecar(context: ExtensionContext): Promise<void> {
  const isOpen = workspace.textDocuments.some(({ uri }) => EXPERIMENT_FILE.test(uri.path));
  if (!isOpen && (await workspace.findFiles(EXPERIMENT_GLOB, undefined, 1)).length === 0) return;
  const { installSidecar } = await import('./sidecar/program.ts');
  await installSidecar(context);
}
