// npm test: install, build, check types, lint and format, then run every test. Ends with one line of totals.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildAll, install, must, root } from './prepare.mjs';

install();
buildAll();
const tool = (name) => join(root, 'node_modules', ...name.split('/'));
const checks = process.argv.includes('--no-checks')
  ? []
  : [
      [tool('typescript/bin/tsc'), '--noEmit', '-p', '.'],
      [tool('typescript/bin/tsc'), '--noEmit', '-p', 'webview'],
      [tool('eslint/bin/eslint.js'), '.', '--max-warnings=0'],
      [tool('prettier/bin/prettier.cjs'), '--check', '--log-level=warn', '.'],
    ];
for (const check of checks) must(process.execPath, check);

const report = join(mkdtempSync(join(tmpdir(), 'distillery-test-')), 'report.json');
const filters = process.argv.slice(2).filter((argument) => argument !== '--no-checks');
const { status } = spawnSync(
  process.execPath,
  [
    tool('vitest/vitest.mjs'),
    'run',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
    ...filters,
  ],
  { cwd: root, stdio: 'inherit' },
);
let totals = { numPassedTests: 0, numFailedTests: 1 };
try {
  totals = JSON.parse(readFileSync(report, 'utf8'));
} catch (error) {
  console.error(`The test runner left no report: ${error.message}`);
}
// A suite that cannot be loaded fails without a failed test of its own.
const failed = totals.numFailedTests || (status === 0 ? 0 : 1);
console.log(`${totals.numPassedTests} passed, ${failed} failed`);
process.exit(status === 0 && failed === 0 ? 0 : 1);
