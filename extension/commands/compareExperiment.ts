import { l10n, QuickPickItemKind, Uri, window, workspace, type QuickPickItem } from 'vscode';
import type { App } from '../app.ts';
import { commitsOf } from '../compare/git.ts';
import { showComparison } from '../compare/showComparison.ts';
import { subjectOf, type Comparable } from '../compare/subjects.ts';
import { findExperimentFiles } from '../experimentFiles.ts';
import { remember } from '../log.ts';
import { runDescription, runTitle, statusIcon } from '../runs/runText.ts';
import { experimentOf } from './startRun.ts';

interface Choice extends QuickPickItem {
  readonly comparable?: Comparable;
}

/**
 * An experiment beside its baseline, a run, another file, or itself at another commit; several that are selected in the
 * explorer beside each other.
 */
export async function compareExperiment(app: App, argument?: unknown, other?: unknown): Promise<void> {
  const selected = Array.isArray(other) ? other.filter((each) => each instanceof Uri) : [];
  if (selected.length > 1) {
    const files = selected.map((uri) => subjectOf(app, { kind: 'file', uri }));
    await showComparison(app, await Promise.all(files));
    return;
  }
  const uri = await experimentOf(argument);
  if (!uri) return;
  const against = other instanceof Uri ? ({ kind: 'file', uri: other } as const) : await choose(app, uri);
  if (!against) return;
  const before = await subjectOf(app, against);
  const after = await subjectOf(app, { kind: 'file', uri });
  await showComparison(app, [before, after]);
}

async function choose(app: App, uri: Uri): Promise<Comparable | null> {
  const [baselines, files, commits] = await Promise.all([
    baselinesOf(app, uri),
    otherFiles(uri),
    commitChoices(uri),
  ]);
  const picked = await window.showQuickPick(
    [
      ...section(l10n.t('baseline'), baselines),
      ...section(l10n.t('experiment files'), files),
      ...section(l10n.t('runs'), runChoices(app)),
      ...section(l10n.t('commits of this file'), commits),
    ],
    {
      title: l10n.t('Compare {0} with', workspace.asRelativePath(uri)),
      placeHolder: l10n.t('A file, a run, or a commit'),
      matchOnDescription: true,
      matchOnDetail: true,
    },
  );
  return picked?.comparable ?? null;
}

const section = (label: string, choices: readonly Choice[]): Choice[] =>
  choices.length === 0 ? [] : [{ label, kind: QuickPickItemKind.Separator }, ...choices];

/** What the experiment itself names as its baseline, and the runs that are pinned as one. */
async function baselinesOf(app: App, uri: Uri): Promise<Choice[]> {
  const { parseExperiment } = await import('../../sidecar/config/load.ts');
  const text = (await workspace.openTextDocument(uri)).getText();
  const named = parseExperiment(uri.path, text).resolved?.experiment.baseline;
  const pinned = app.model.runs.filter(({ notes }) => notes.pinned).map(({ record }) => record.id);
  const file = named?.file === undefined ? null : Uri.joinPath(uri, '..', named.file);
  const run = named?.run === undefined ? [] : [named.run];
  return [
    ...(file
      ? [{ label: workspace.asRelativePath(file), comparable: { kind: 'file', uri: file } as const }]
      : []),
    ...runChoices(app).filter(({ comparable }) =>
      comparable?.kind === 'run' ? [...run, ...pinned].includes(comparable.run) : false,
    ),
  ];
}

async function otherFiles(uri: Uri): Promise<Choice[]> {
  const files = await findExperimentFiles();
  return files
    .filter((each) => each.toString() !== uri.toString())
    .map((each) => ({
      label: workspace.asRelativePath(each),
      comparable: { kind: 'file', uri: each } as const,
    }))
    .sort((a, b) => a.label.localeCompare(b.label));
}

/** The newest first. */
const runChoices = (app: App): Choice[] =>
  app.model.runs.toReversed().map((run) => ({
    label: runTitle(run),
    description: runDescription(run, app.model.pulse(run.record.id)),
    detail: run.record.id,
    iconPath: statusIcon(run),
    comparable: { kind: 'run', run: run.record.id },
  }));

async function commitChoices(uri: Uri): Promise<Choice[]> {
  try {
    const commits = await commitsOf(uri);
    return commits.map(({ hash, message, authorName, authorDate }) => ({
      label: message.split('\n', 1)[0] ?? '',
      description: [hash.slice(0, 8), authorName, authorDate?.toLocaleString()].filter(Boolean).join(' · '),
      comparable: { kind: 'commit', uri, commit: hash },
    }));
  } catch (error) {
    // Everything else can still be chosen.
    remember(error);
    return [];
  }
}
