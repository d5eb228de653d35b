// The licences of what is in a bundle, from the packages that esbuild really put there.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Folders of the packages that have a part in a bundle, e.g. node_modules/a/node_modules/@b/c. */
function packageFolders({ metafile }) {
  const parts = Object.values(metafile.outputs).flatMap(({ inputs }) =>
    Object.entries(inputs).flatMap(([path, { bytesInOutput }]) => (bytesInOutput > 0 ? [path] : [])),
  );
  return parts.flatMap((path) => {
    const found = /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path);
    return found ? [found[0]] : [];
  });
}

/** Ends the build where a package says nothing of its licence: it must not be passed on then. */
function noticeOf(folder) {
  const { name, version, license, licenses, author } = JSON.parse(
    readFileSync(join(folder, 'package.json'), 'utf8'),
  );
  const named = license ?? licenses?.map?.(({ type }) => type).join(' or ');
  const files = readdirSync(folder).filter((file) => /^(?:licen[cs]e|copying|notice)/i.test(file));
  if (!named && files.length === 0) throw new Error(`${name} ${version} is bundled but states no licence.`);
  const texts = files.map((file) => readFileSync(join(folder, file), 'utf8').trim());
  const by = typeof author === 'string' ? author : author?.name;
  const head = [`${name} ${version}`, `Licence: ${named ?? 'see below'}`, ...(by ? [`Author: ${by}`] : [])];
  return [...head, ...texts.flatMap((text) => ['', text])].join('\n');
}

/**
 * @param file where the notices are written
 * @param bundles results of esbuild, made with `metafile`
 * @param copied packages whose files are copied, not bundled
 */
export function writeNotices(file, bundles, copied = []) {
  const folders = new Set([
    ...bundles.flatMap(packageFolders),
    ...copied.map((name) => join('node_modules', name)),
  ]);
  // esbuild resolves links, so the same package may come by two paths.
  const notices = new Set([...folders].map(noticeOf));
  const rule = `\n\n${'='.repeat(80)}\n\n`;
  const intro = 'This program contains the following packages, unchanged but bundled.';
  writeFileSync(file, `${[intro, ...[...notices].sort()].join(rule)}\n`);
}
