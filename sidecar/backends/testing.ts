import { mkdirSync, mkdtempSync, realpathSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** A folder inside the project, so that what runs there finds the project's packages. */
export function projectFolder(): string {
  const parent = path.resolve('node_modules', '.cache');
  mkdirSync(parent, { recursive: true });
  return realpathSync(mkdtempSync(path.join(parent, 'distillery-')));
}

/** Puts packages, each as the text of its ES module, into `folder` and returns a file that finds them before others. */
export function withPackages(folder: string, packages: Readonly<Record<string, string>>): string {
  for (const [name, text] of Object.entries(packages)) {
    const place = path.join(folder, 'node_modules', name);
    // What looks like a compiled binding: without it a TensorFlow package is not even imported.
    mkdirSync(path.join(place, 'lib', 'napi-v8'), { recursive: true });
    writeFileSync(path.join(place, 'lib', 'napi-v8', 'tfjs_binding.node'), '');
    writeFileSync(
      path.join(place, 'package.json'),
      JSON.stringify({ name, type: 'module', main: 'index.js' }),
    );
    writeFileSync(path.join(place, 'index.js'), text);
  }
  return path.join(folder, 'from.js');
}
