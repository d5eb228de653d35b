import { join } from 'node:path';
import { l10n, Uri, window } from 'vscode';
import type { App } from '../app.ts';
import { Failure } from '../failure.ts';
import { reveal } from '../reveal.ts';
import { can, pickRun } from '../runs/pickRun.ts';

/** The dashboard of the run given, selected, or newest; without any run it says how to start one. */
export async function openDashboard(app: App, argument?: unknown): Promise<void> {
  const given =
    typeof argument === 'string'
      ? argument
      : typeof argument === 'object' && argument !== null && 'run' in argument
        ? String(argument.run)
        : (app.model.selected?.record.id ?? null);
  app.dashboards.show(given, 'run');
  await app.sidecar.link();
}

export async function compareRuns(app: App): Promise<void> {
  app.dashboards.show(app.model.selected?.record.id ?? null, 'compare');
  await app.sidecar.link();
}

async function directoryOf(app: App, argument: unknown, ask: string): Promise<string | null> {
  const run = await pickRun(app, argument, can.always, ask);
  return run && join(app.sidecar.runsFolder, run.record.id);
}

export async function revealRunFolder(app: App, argument?: unknown): Promise<void> {
  const folder = await directoryOf(app, argument, l10n.t('Reveal the folder of which run?'));
  if (folder === null) return;
  await reveal(Uri.file(join(folder, 'run.json')));
}

async function showFile(file: string, missing: string): Promise<void> {
  try {
    await window.showTextDocument(Uri.file(file), { preview: true });
  } catch (error) {
    throw new Failure(missing, error instanceof Error ? error.message : String(error));
  }
}

export async function showRunLog(app: App, argument?: unknown): Promise<void> {
  const folder = await directoryOf(app, argument, l10n.t('Show the log of which run?'));
  if (folder !== null) await showFile(join(folder, 'log.txt'), l10n.t('This run has no log yet.'));
}

/** The experiment as the user wrote it, in the run's own copy. */
export async function showExperiment(app: App, argument?: unknown): Promise<void> {
  const run = await pickRun(app, argument, can.always, l10n.t('Show the experiment of which run?'));
  if (!run) return;
  const link = await app.sidecar.link();
  const { experimentFile } = await link.request('runs/show', { run: run.record.id });
  await showFile(experimentFile, l10n.t('The experiment of this run cannot be read.'));
}

export async function showResolvedConfig(app: App, argument?: unknown): Promise<void> {
  const run = await pickRun(
    app,
    argument,
    can.always,
    l10n.t('Show the resolved configuration of which run?'),
  );
  if (run) await window.showTextDocument(app.documents.resolvedOf(run.record.id), { preview: true });
}
