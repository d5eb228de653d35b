import { l10n, workspace, type Uri } from 'vscode';
import type { Subject } from '../../sidecar/config/diff.ts';
import { shortId, type RunRecord } from '../../sidecar/protocol/runRecord.ts';
import type { App } from '../app.ts';
import { Failure } from '../failure.ts';
import { messageOf } from '../language/findings.ts';
import { runTitle } from '../runs/runText.ts';
import { textAtCommit } from './git.ts';

/** What can be compared with what. */
export type Comparable =
  | { readonly kind: 'file'; readonly uri: Uri }
  | { readonly kind: 'commit'; readonly uri: Uri; readonly commit: string }
  | { readonly kind: 'run'; readonly run: string };

/** A subject of a comparison; with its record where it is a run. */
export type Compared = Subject & { readonly record: RunRecord | null };

/** Runs of one experiment have the same title: then the end of their names tells them apart, as on the page. */
export const toldApart = (subjects: readonly Compared[]): Compared[] =>
  subjects.map((subject) => {
    const { label, record } = subject;
    const isAlone = subjects.filter((other) => other.label === label).length === 1;
    return isAlone || !record ? subject : { ...subject, label: `${label} · ${shortId(record.id)}` };
  });

/** @throws Failure for what cannot be read, or would not run as it is */
export async function subjectOf(app: App, comparable: Comparable): Promise<Compared> {
  switch (comparable.kind) {
    case 'file': {
      const { uri } = comparable;
      // As it stands in the editor, saved or not.
      const document = await workspace.openTextDocument(uri);
      const next = l10n.t('Mend it first; the Problems panel lists what is wrong.');
      return { ...(await ofText(workspace.asRelativePath(uri), document.getText(), next)), record: null };
    }
    case 'commit': {
      const { uri, commit } = comparable;
      const label = `${workspace.asRelativePath(uri)} @ ${commit.slice(0, 8)}`;
      const next = l10n.t('Choose another commit.');
      return { ...(await ofText(label, await textAtCommit(uri, commit), next)), record: null };
    }
    case 'run':
      return ofRun(app, comparable.run);
  }
}

/** What really ran; where a value comes from is told by the user's own file. */
async function ofRun(app: App, run: string): Promise<Compared> {
  const link = await app.sidecar.link();
  const { summary, resolvedText, experimentFile, experimentText } = await link.request('runs/show', { run });
  const { writtenIn } = await import('../../sidecar/config/origins.ts');
  const next = l10n.t('Use the version of Distillery that made the run, or choose another run.');
  return {
    ...(await ofText(runTitle(summary), resolvedText, next)),
    written: writtenIn(experimentFile, experimentText, summary.record.overrides),
    record: summary.record,
  };
}

/** @param next what to do where the text is not valid */
async function ofText(label: string, text: string, next: string): Promise<Subject> {
  const [{ parseExperiment }, { writtenIn }] = await Promise.all([
    import('../../sidecar/config/load.ts'),
    import('../../sidecar/config/origins.ts'),
  ]);
  const { resolved, findings } = parseExperiment(label, text);
  if (resolved) return { label, resolved, written: writtenIn(label, text, []) };
  const [first] = findings;
  throw new Failure(
    l10n.t('{0} cannot be compared, since it cannot be run: {1}', label, first ? messageOf(first) : ''),
    next,
  );
}
