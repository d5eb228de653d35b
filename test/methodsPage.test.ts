import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { methodDeclarations } from '../sidecar/methods/registry.options.ts';

describe('docs/methods.md', () => {
  const page = readFileSync('docs/methods.md', 'utf8');
  const runs = JSON.parse(readFileSync('docs/methodRuns.json', 'utf8')) as Record<
    string,
    { example: string; least: number; top1?: number; value?: number }
  >;

  it.each(Object.values(methodDeclarations).map(({ name, title }) => [name, title]))(
    'has %s, with a real run that reached what was asked of it',
    (name, title) => {
      expect(page, 'run: node scripts/methodsPage.mjs').toContain(`| ${title} |`);
      const run = runs[name];
      expect(run, 'run: npm run proof:methods').toBeDefined();
      expect(run?.top1 ?? run?.value).toBeGreaterThanOrEqual(run?.least ?? Infinity);
      expect(page).toContain(run?.example);
      expect(readFileSync(run?.example ?? '', 'utf8')).toContain(`name: ${name}`);
    },
  );
});
