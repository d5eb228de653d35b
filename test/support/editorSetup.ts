import { execFileSync } from 'node:child_process';
import { chromiumPath } from './browser.ts';
import { editorPlatform } from './editor.ts';

/** Once before the end-to-end tests: the editor from npm, and the VSIX that they install. */
export default function setUp(): void {
  // Without either, the tests say themselves why they are skipped.
  if (chromiumPath() === null || !editorPlatform) return;
  const script = (...args: string[]): void => {
    execFileSync(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit'] });
  };
  script('scripts/editor.mjs');
  script('scripts/package.mjs', '--built');
}
