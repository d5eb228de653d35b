import { l10n, Uri, window, workspace } from 'vscode';
import type { FindingMessage } from '../../sidecar/protocol/finding.ts';
import type { RequestParams } from '../../sidecar/protocol/messages.ts';
import type { RunSummary } from '../../sidecar/protocol/runSummary.ts';
import type { App } from '../app.ts';
import { Failure } from '../failure.ts';
import { findExperimentFiles } from '../experimentFiles.ts';
import { EXPERIMENT_FILE } from '../identity.ts';
import { showFindings } from '../language/findings.ts';
import { standingOverrides } from '../settings.ts';
import { assertTrusted } from '../trust.ts';

type Source = RequestParams<'runs/start'>['source'];

/**
 * The experiment that a command is about: its argument, else the active editor's, else what the user picks.
 * @returns null when the user changes their mind
 */
export async function experimentOf(argument: unknown): Promise<Uri | null> {
  if (argument instanceof Uri) return argument;
  const active = window.activeTextEditor?.document.uri;
  if (active && EXPERIMENT_FILE.test(active.path)) return active;
  const files = await findExperimentFiles();
  if (files.length === 0)
    throw new Failure(
      l10n.t('There is no experiment file (*.distill.yaml) in this workspace.'),
      l10n.t('Make one with "Distillery: New Experiment".'),
    );
  if (files.length === 1 && files[0]) return files[0];
  const picked = await window.showQuickPick(
    files
      .map((uri) => ({ label: workspace.asRelativePath(uri), uri }))
      .sort((a, b) => a.label.localeCompare(b.label)),
    { placeHolder: l10n.t('Which experiment?') },
  );
  return picked?.uri ?? null;
}

/**
 * The text as the user sees it: what is not saved yet is saved first, so that the run and the file agree. A document without
 * a file is sent as text.
 */
export async function sourceOf(uri: Uri): Promise<Source> {
  const document = await workspace.openTextDocument(uri);
  if (document.isUntitled || uri.scheme !== 'file')
    return { kind: 'text', text: document.getText(), fileName: uri.path.split('/').at(-1) ?? 'experiment' };
  if (document.isDirty && !(await document.save()))
    throw new Failure(
      l10n.t('{0} could not be saved.', workspace.asRelativePath(uri)),
      l10n.t('Save it and start the run again.'),
    );
  return { kind: 'file', path: uri.fsPath };
}

/** Submits an experiment and shows its dashboard; null when it has errors, which are shown where they are. */
export async function submit(
  app: App,
  source: Source,
  overrides: readonly string[],
): Promise<RunSummary | null> {
  assertTrusted();
  // At once, so that one sees that something happens: the page is loaded while the daemon starts, and says what it waits for.
  app.dashboards.show(null, 'run', { preserveFocus: true });
  const link = await app.sidecar.link();
  const answer = await link.request('runs/start', {
    source,
    overrides: [...standingOverrides(), ...overrides],
  });
  return accept(app, answer);
}

/** What the daemon made of a submission. */
export function accept(
  app: App,
  answer:
    | { kind: 'queued'; run: RunSummary; findings: FindingMessage[] }
    | { kind: 'rejected'; findings: FindingMessage[] },
): RunSummary | null {
  switch (answer.kind) {
    case 'rejected':
      showFindings(answer.findings);
      return null;
    case 'queued':
      app.model.put(answer.run);
      app.model.select(answer.run.record.id);
      app.dashboards.show(answer.run.record.id, 'run', { preserveFocus: true });
      return answer.run;
  }
}

/** Starts the active, given or picked experiment; gives back the run's name. */
export async function startRun(app: App, argument?: unknown): Promise<string | null> {
  assertTrusted();
  const uri = await experimentOf(argument);
  if (!uri) return null;
  const run = await submit(app, await sourceOf(uri), []);
  return run?.record.id ?? null;
}
