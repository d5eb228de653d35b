import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { GitState } from '../protocol/provenance.ts';
import { PATCH_FILE } from '../store/runs.ts';
import { sha256 } from '../store/sha256.ts';

/** A patch that is larger is data, not changes. */
const MOST_BYTES = 8e6;

export interface FoundGit {
  readonly state: GitState | null;
  /** Why there is no state: no git, no work tree, no commit yet, a folder of somebody else's. */
  readonly problem: string | null;
  /** Text of the patch; null when nothing has changed, or more than {@link MOST_BYTES}. */
  readonly patch: string | null;
}

/** Commit and changes of the work tree that a folder is in. */
export async function gitState(folder: string): Promise<FoundGit> {
  // No program that the repository names is started.
  const quiet = ['-C', folder, '-c', 'core.fsmonitor=false'];
  const git = async (...args: string[]): Promise<string> => {
    const options = { timeout: 5_000, maxBuffer: MOST_BYTES };
    return (await promisify(execFile)('git', [...quiet, ...args], options)).stdout;
  };
  let commit: string;
  let status: string[];
  try {
    commit = (await git('rev-parse', 'HEAD')).trim();
    status = (await git('status', '--porcelain')).split('\n').filter((line) => line !== '');
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    return { state: null, patch: null, problem: said.trim().split('\n').at(-1) ?? said };
  }
  const untracked = status.filter((line) => line.startsWith('??')).length;
  const patch = status.length > untracked ? await patchOf(git) : null;
  return {
    patch,
    problem: null,
    state: {
      commit,
      dirty: status.length > 0,
      untracked,
      patch:
        patch === null ? null : { file: PATCH_FILE, sha256: sha256(patch), bytes: Buffer.byteLength(patch) },
    },
  };
}

async function patchOf(git: (...args: string[]) => Promise<string>): Promise<string | null> {
  try {
    return await git('diff', '--binary', '--no-ext-diff', '--no-textconv', 'HEAD');
  } catch {
    // Too large, or git could not read a file: `dirty` without a patch says so.
    return null;
  }
}
