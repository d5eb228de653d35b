// Writes docs/methods.md: every method with its source, how sure that is, and what a test run and real runs have shown of it.
//
//   node scripts/methodsPage.mjs report.json …
//
// Reports are those of vitest (`npx vitest run --reporter=json --outputFile=report.json`); of a file in several, the last counts.
// `npm run proof:methods` makes the figures of real runs.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { root } from './prepare.mjs';

const OF_METHODS =
  /^(?:sidecar\/methods\/|test\/integration\/(?:peerTraces|methods|resume|dpdResume)\.test)/u;
const folder = mkdtempSync(join(tmpdir(), 'distillery-methods-'));
try {
  const outfile = join(folder, 'registry.mjs');
  await build({
    stdin: {
      contents: `export { methodDeclarations } from './sidecar/methods/registry.options.ts';
export { CERTAINTY } from './sidecar/config/settingText.ts';`,
      resolveDir: root,
    },
    bundle: true,
    outfile,
    platform: 'node',
    format: 'esm',
    logLevel: 'warning',
  });
  const { methodDeclarations, CERTAINTY } = await import(pathToFileURL(outfile).href);
  const runs = JSON.parse(readFileSync(join(root, 'docs/methodRuns.json'), 'utf8'));
  const files = new Map(
    process.argv
      .slice(2)
      .flatMap((report) => JSON.parse(readFileSync(report, 'utf8')).testResults)
      .map((result) => [result.name.slice(result.name.search(/\/(?:sidecar|test)\//u) + 1), result])
      .filter(([file]) => OF_METHODS.test(file)),
  );
  const tests = [...files].flatMap(([file, { assertionResults }]) =>
    assertionResults.map(({ title, status }) => ({ file, title, status })),
  );
  const failed = tests.find(({ status }) => status !== 'passed');
  if (tests.length === 0 || failed)
    throw new Error(
      `No page: ${failed ? `“${failed.title}” in ${failed.file} ${failed.status}; mend it, and give its new report last` : 'give the report of a test run'}.`,
    );
  const rows = Object.values(methodDeclarations).map(({ name, title, citation, basis }) => {
    const own = tests.filter(({ file }) => basename(dirname(file)) === name);
    const numbers = new Set(
      own.flatMap(({ title: text }) => /^[\d, and–-]+(?=[:.])/u.exec(text)?.[0].match(/\d+/gu) ?? []),
    );
    const resumed = tests.filter(
      ({ file, title: text }) =>
        /(?:methods|resume|dpdResume)\.test\.ts$/u.test(file) &&
        (text.startsWith(name) ||
          (name === 'dkel' && file.includes('/resume')) ||
          (name === 'dpd' && file.includes('dpd'))),
    ).length;
    const run = runs[name];
    return [
      title,
      `${citation} ${basis.note}`,
      CERTAINTY[basis.certainty],
      `${own.length} tests`,
      numbers.size > 0
        ? [...numbers]
            .map(Number)
            .sort((a, b) => a - b)
            .join(', ')
        : 'by name',
      `${resumed} tests`,
      run
        ? `\`${run.example}\`: ${run.what ?? `${run.role} ${run.top1} % top-1 on ${run.data}, at least ${run.least} % asked; ${run.seconds} s`}`
        : '—',
    ];
  });
  const line = (cells) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  const head = [
    'Method',
    'Source',
    'How sure',
    'Own tests, its fixture included',
    'Invariants, by their numbers',
    'Killed in every stage, resumed exactly',
    'Real run',
  ];
  writeFileSync(
    join(root, 'docs/methods.md'),
    [
      '# Methods',
      '',
      'Written by `node scripts/methodsPage.mjs` from a test run in which everything passed, and from the figures of `npm run proof:methods`. Every option with its own',
      'sources is in [configuration](configuration.md); what is recalled or inferred is said to be so, there and in the editor.',
      '',
      line(head),
      line(head.map(() => '---')),
      ...rows.map(line),
      '',
    ].join('\n'),
  );
} finally {
  rmSync(folder, { recursive: true });
}
