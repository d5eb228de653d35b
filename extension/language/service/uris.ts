/** A URI's path segments; the last is the file. Null for what is no hierarchical URI. */
function segments(uri: string): { readonly root: string; readonly path: readonly string[] } | null {
  const match = /^(?<root>[a-z][a-z\d+.-]*:\/\/[^/]*)\/(?<path>[^?#]*)/iu.exec(uri);
  const { root, path } = match?.groups ?? {};
  return root === undefined || path === undefined ? null : { root, path: path.split('/') };
}

/** How `to` is written relative to the folder of `from`, or null where they have no root in common. */
export function relativePath(from: string, to: string): string | null {
  const [a, b] = [segments(from), segments(to)];
  if (!a || !b || a.root !== b.root) return null;
  const folder = a.path.slice(0, -1);
  const differs = folder.findIndex((part, index) => part !== b.path[index]);
  const common = differs === -1 ? folder.length : differs;
  const path = [...folder.slice(common).map(() => '..'), ...b.path.slice(common)].join('/');
  return decodeOr(path);
}

/** The URI of a path relative to the folder of `from`, or null where `from` has no folder. */
export function resolved(from: string, path: string): string | null {
  const base = segments(from);
  if (!base) return null;
  const parts = path.startsWith('/') ? [] : base.path.slice(0, -1);
  for (const part of path.replace(/^\//u, '').split('/'))
    if (part === '..') parts.pop();
    else if (part !== '.' && part !== '') parts.push(encodeURIComponent(wellFormed(part)));
  return `${base.root}/${parts.join('/')}`;
}

/** Half a character, as it stands between two edits, has no encoding. */
const wellFormed = (text: string): string => text.replace(/\p{Surrogate}/gu, '\uFFFD');

function decodeOr(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    // A stray percent sign: as it is.
    return path;
  }
}
