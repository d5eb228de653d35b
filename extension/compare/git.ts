import { extensions, l10n, type Uri } from 'vscode';
import { Failure } from '../failure.ts';

/** What we use of the API of the editor's own Git extension, version 1. */
interface GitApi {
  getRepository(uri: Uri): Repository | null;
}
interface Repository {
  log(options: { readonly path: string; readonly maxEntries: number }): Promise<readonly Commit[]>;
  show(ref: string, path: string): Promise<string>;
}
interface Commit {
  readonly hash: string;
  readonly message: string;
  readonly authorName?: string;
  readonly authorDate?: Date;
}
interface GitExtension {
  readonly enabled: boolean;
  getAPI(version: 1): GitApi;
}

const SHOWN_COMMITS = 50;

/** Commits that have changed a file, the newest first; none where there is no git, or no repository. */
export async function commitsOf(uri: Uri): Promise<readonly Commit[]> {
  const repository = await repositoryOf(uri);
  return repository === null ? [] : repository.log({ path: uri.fsPath, maxEntries: SHOWN_COMMITS });
}

/** @throws Failure where there is no repository, or the commit has no such file */
export async function textAtCommit(uri: Uri, commit: string): Promise<string> {
  const repository = await repositoryOf(uri);
  if (repository === null)
    throw new Failure(
      l10n.t('{0} is in no git repository that the editor knows.', uri.fsPath),
      l10n.t('Enable the Git extension, and open the repository.'),
    );
  try {
    return await repository.show(commit, uri.fsPath);
  } catch (error) {
    throw new Failure(
      l10n.t('Commit {0} has no such file.', commit.slice(0, 8)),
      error instanceof Error ? error.message : String(error),
    );
  }
}

async function repositoryOf(uri: Uri): Promise<Repository | null> {
  const git = extensions.getExtension<GitExtension>('vscode.git');
  if (!git) return null;
  const api = git.isActive ? git.exports : await git.activate();
  return api.enabled ? api.getAPI(1).getRepository(uri) : null;
}
