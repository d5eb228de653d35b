import fc from 'fast-check';
import { stringify } from 'yaml';
import { describe, expect, it } from 'vitest';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { DiagnosticSeverity } from 'vscode-languageserver-types';
import { acceptedExperiments } from '../../../test/support/experiments.ts';
import { parseData } from '../../../sidecar/config/check.ts';
import { leavesOf } from '../../../sidecar/config/leaves.ts';
import { placeOf } from '../../../sidecar/config/yamlTree.ts';
import { languageService } from './languageService.ts';
import { meaningOf } from './refactor/same.ts';
import { Source } from './source.ts';
import { NO_SURROUNDINGS } from './surroundings.ts';

const service = languageService(() => NO_SURROUNDINGS);
const documentOf = (text: string, json = false): TextDocument =>
  TextDocument.create(`file:///a.distill.${json ? 'json' : 'yaml'}`, json ? 'json' : 'yaml', 1, text);

/** A way to break one value that no setting takes: a map of nothing known. */
const NONSENSE = { noSuchThing: [] };

const written = (data: unknown, json: boolean, flow: boolean): TextDocument =>
  documentOf(
    json
      ? JSON.stringify(data, null, 2)
      : stringify(data, { lineWidth: 0, ...(flow && { collectionStyle: 'flow' as const }) }),
    json,
  );

function setAt(
  data: Record<string, unknown>,
  path: readonly string[],
  value: unknown,
): Record<string, unknown> {
  const [key = '', ...below] = path;
  return {
    ...data,
    [key]: below.length === 0 ? value : setAt(data[key] as Record<string, unknown>, below, value),
  };
}

describe('random experiments', () => {
  it('with one value that the schema refuses are diagnosed exactly there', () => {
    fc.assert(
      fc.property(acceptedExperiments, fc.nat(), fc.boolean(), fc.boolean(), (data, pick, json, flow) => {
        const leaves = [...leavesOf(data).keys()].filter((path) => !path.endsWith('.name'));
        const path = leaves[pick % Math.max(1, leaves.length)]?.split('.');
        fc.pre(path !== undefined && path.every((part) => part !== ''));
        const document = written(setAt(data, path, NONSENSE), json, flow);
        const source = new Source(document);
        const place = source.range(placeOf(source.root, path, false));
        const inside = source.range(placeOf(source.root, [...path, 'noSuchThing'], true));
        const errors = service
          .diagnostics(document)
          .filter(({ severity }) => severity === DiagnosticSeverity.Error)
          .map(({ range }) => range);
        expect(
          errors.some((range) =>
            [place, inside].some((each) => JSON.stringify(each) === JSON.stringify(range)),
          ),
        ).toBe(true);
      }),
      { numRuns: 200 },
    );
  });

  it('with one key that the schema has not are diagnosed exactly there', () => {
    fc.assert(
      fc.property(acceptedExperiments, fc.nat(), fc.boolean(), fc.boolean(), (data, pick, json, flow) => {
        const maps = ['', 'method', 'dataset', 'training', 'optimizer', 'models.default'].filter(
          (path) => path === '' || isMapAt(data, path.split('.')),
        );
        const path = (maps[pick % maps.length] ?? '').split('.').filter((part) => part !== '');
        const document = written(setAt(data, [...path, 'noSuchThing'], 1), json, flow);
        const source = new Source(document);
        const place = source.range(placeOf(source.root, [...path, 'noSuchThing'], true));
        const errors = service.diagnostics(document).filter(({ code }) => code === 'unknownKey');
        expect(errors.map(({ range }) => range)).toEqual([place]);
      }),
      { numRuns: 200 },
    );
  });

  it('mean the same made explicit, without their defaults, and formatted', () => {
    fc.assert(
      fc.property(acceptedExperiments, fc.boolean(), fc.boolean(), (data, json, flow) => {
        const document = written(data, json, flow);
        const before = parseData(data);
        if (!before) throw new Error('not accepted');
        const start = { line: 0, character: 0 };
        for (const { kind, edit } of service.codeActions(document, { start, end: start }, [])) {
          expect(kind).toBe('refactor.rewrite');
          const text = TextDocument.applyEdits(document, edit?.changes?.[document.uri] ?? []);
          const after = new Source(documentOf(text, json));
          expect(after.checked.parsed && meaningOf(after.checked.parsed)).toBe(meaningOf(before));
          if (json) expect(() => JSON.parse(text) as unknown).not.toThrow();
        }
        const options = { tabSize: 2, insertSpaces: true };
        const formatted = TextDocument.applyEdits(document, service.format(document, options));
        expect(new Source(documentOf(formatted, json)).experiment.data).toEqual(
          new Source(document).experiment.data,
        );
        expect(service.format(documentOf(formatted, json), options)).toEqual([]);
      }),
      { numRuns: 100 },
    );
  });
});

function isMapAt(data: unknown, path: readonly string[]): boolean {
  const value = path.reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], data);
  return typeof value === 'object' && value !== null;
}
