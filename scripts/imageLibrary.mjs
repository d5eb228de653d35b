// sharp with its WebAssembly, which decodes images on every platform. It is copied, not bundled: it looks for its parts by name.
import { cpSync, statSync } from 'node:fs';

/** Packages as they lie in node_modules, which npm lays out alike from the same lock file. */
export const IMAGE_LIBRARY = [
  'sharp',
  '@img/colour',
  '@img/sharp-wasm32',
  '@img/sharp-wasm32/node_modules/@emnapi/runtime',
  'detect-libc',
  'semver',
];

/** What is loaded, and the licences. */
const WANTED =
  /(?:\/(?:package\.json|LICEN[CS]E[^/]*)|\.cjs|\.cjs(?:\.min)?\.js|\.wasm|\/(?:lib|functions|internal|classes|ranges)\/[^/]+\.js|\/index\.js)$/;

export function copyImageLibrary(target) {
  for (const name of IMAGE_LIBRARY) {
    const source = `node_modules/${name}`;
    cpSync(source, `${target}/${name}`, {
      recursive: true,
      filter: (path) =>
        !path.slice(source.length).includes('node_modules') &&
        (statSync(path).isDirectory() || WANTED.test(path.replaceAll('\\', '/'))),
    });
  }
}
