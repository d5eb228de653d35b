import { describe, expect, it } from 'vitest';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { DiagnosticSeverity, type CodeAction, type Diagnostic } from 'vscode-languageserver-types';
import { doubts } from '../../../test/fixtures/experiments/doubts.ts';
import { keys } from '../../../test/fixtures/experiments/keys.ts';
import { marked } from '../../../test/fixtures/experiments/marked.ts';
import { syntax } from '../../../test/fixtures/experiments/syntax.ts';
import { values } from '../../../test/fixtures/experiments/values.ts';
import { RULES, type RuleCode } from '../../../sidecar/config/findings.ts';
import { languageService } from './languageService.ts';
import { NO_SURROUNDINGS } from './surroundings.ts';

const cases = [...keys, ...values, ...doubts, ...syntax];
const service = languageService(() => ({ ...NO_SURROUNDINGS, documentation: 'https://docs' }));

const fixesOf = (document: TextDocument, diagnostic: Diagnostic): CodeAction[] =>
  service.codeActions(document, diagnostic.range, [diagnostic]).filter(({ kind }) => kind === 'quickfix');
const after = (document: TextDocument, action: CodeAction): TextDocument =>
  TextDocument.create(
    document.uri,
    document.languageId,
    2,
    TextDocument.applyEdits(document, action.edit?.changes?.[document.uri] ?? []),
  );
const isError = ({ severity }: Diagnostic): boolean => severity === DiagnosticSeverity.Error;
const commentsOf = (text: string): string[] => text.match(/(?<=^|\s)#.*$/gmu) ?? [];

describe('broken and doubtful documents', () => {
  it('are many', () => {
    expect(cases.length).toBeGreaterThanOrEqual(60);
    expect(new Set(cases.map(({ name }) => name)).size).toBe(cases.length);
  });

  it.each(cases)('$name', ({ text, code, also = [], fix, result, file }) => {
    const { document, range } = marked(text, file);
    const found = service.diagnostics(document);
    const mine = found.filter((each) => each.code === code);
    expect(found.filter((each) => each.code !== code).map((each) => each.code)).toEqual(
      expect.arrayContaining([...also]),
    );
    if (code !== 'yamlSyntax')
      expect(
        found.map((each) => each.code).filter((each) => each !== code && !also.includes(String(each))),
      ).toEqual([]);
    const diagnostic = mine.find((each) => JSON.stringify(each.range) === JSON.stringify(range));
    expect(mine.map((each) => each.range)).toContainEqual(range);
    if (!diagnostic) throw new Error('not found');
    expect(diagnostic).toMatchObject({
      source: 'distillery',
      severity: RULES[code as RuleCode] === 'error' ? DiagnosticSeverity.Error : DiagnosticSeverity.Warning,
      codeDescription: { href: `https://docs#${code.toLowerCase()}` },
    });
    const fixes = fixesOf(document, diagnostic);
    const preferred = fixes.find(({ isPreferred }) => isPreferred === true);
    if (fix !== undefined) expect(preferred?.title).toBe(fix);
    if (result !== undefined) expect(preferred && after(document, preferred).getText()).toContain(result);
    for (const each of fixes) {
      const fixed = after(document, each);
      const left = service.diagnostics(fixed);
      const same = left.filter((other) => other.code === code).length;
      expect(left.some(isError) && same >= mine.length, each.title).toBe(false);
      expect(commentsOf(fixed.getText()).length).toBeGreaterThanOrEqual(
        commentsOf(document.getText()).length,
      );
      if (file === 'json') expect(() => JSON.parse(fixed.getText()) as unknown).not.toThrow();
    }
  });

  it('lets no mistake hide another', () => {
    const { document } = marked(`dataset: { name: minst }
models: { default: { name: mlp, trunk: 8 } }
method: { name: vanilla, tau: 1 }
training: { epochs: -1, bs: 3, batchSize: "x", seed: 1.5 }
banana: 1
`);
    expect(service.diagnostics(document).map((each) => each.code)).toEqual([
      'unknownValue',
      'wrongType',
      'unknownKey',
      'outOfRange',
      'renamedKey',
      'wrongType',
      'wrongType',
      'unknownKey',
    ]);
  });

  it('reports every syntax error at its own place', () => {
    const { document } = marked('a: {b: 1}}\n"c: 2\n\td: [\n');
    const ranges = service.diagnostics(document).map(({ range }) => JSON.stringify(range));
    expect(ranges.length).toBeGreaterThanOrEqual(2);
    expect(new Set(ranges).size).toBe(ranges.length);
  });
});
