/**
 * Where daemons say how to reach them: one file for each runs folder, in the user's state folder.
 *
 * API: stateFolder(env), realFolder(path), discoveryKey(runsFolder).
 */
import { createHash } from 'node:crypto';
import { realpathSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';

/** `DISTILLERY_STATE`, or where the platform keeps such things. */
export function stateFolder(env: NodeJS.ProcessEnv = process.env, platform = process.platform): string {
  const own = env['DISTILLERY_STATE'];
  if (own !== undefined && own !== '') return own;
  switch (platform) {
    case 'win32':
      return join(env['LOCALAPPDATA'] ?? join(homedir(), 'AppData', 'Local'), 'distillery', 'State');
    case 'darwin':
      return join(homedir(), 'Library', 'Application Support', 'distillery');
    default:
      return join(env['XDG_STATE_HOME'] ?? join(homedir(), '.local', 'state'), 'distillery');
  }
}

/** The path without symbolic links; the part that does not exist yet is taken as it is. */
export function realFolder(path: string): string {
  const absolute = resolve(path);
  try {
    return realpathSync(absolute);
  } catch {
    // Not there, or not readable: what can be resolved is its parent.
    const parent = dirname(absolute);
    return parent === absolute ? absolute : join(realFolder(parent), basename(absolute));
  }
}

/** Names the files of one runs folder. */
export function discoveryKey(runsFolder: string): string {
  return createHash('sha256').update(realFolder(runsFolder)).digest('hex').slice(0, 20);
}
