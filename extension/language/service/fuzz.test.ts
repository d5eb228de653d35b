import { expect, it } from 'vitest';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { RandomEdits } from '../../../test/support/randomEdits.ts';
import { languageService } from './languageService.ts';
import type { Surroundings } from './surroundings.ts';

/** Random edits in a test run; DISTILLERY_FUZZ_EDITS=100000 for all that a release wants. */
const EDITS = Number(process.env['DISTILLERY_FUZZ_EDITS'] ?? 5_000);
const surroundings: Surroundings = {
  documentation: 'https://docs',
  runs: [
    {
      id: 'r1',
      name: 'first',
      folder: 'file:///runs/r1',
      method: 'dkel',
      model: 'mlp',
      dataset: 'synthetic',
      batchSize: 32,
      secondsPerStep: 0.1,
      backend: 'wasm',
      headline: '98.4 %',
      checkpoints: [100, 200],
      best: 200,
    },
  ],
  experiments: ['file:///project/other.distill.yaml'],
  datasetProblems: { mnist: 'MNIST is not installed.' },
  data: {},
  memoryBytes: 1e6,
};

it(`answers every request after ${EDITS} random edits`, () => {
  const edits = new RandomEdits();
  const service = languageService(() => surroundings);
  const slowest = { milliseconds: 0, request: '', text: '' };
  let requests = 0;
  for (let edit = 0; edit < EDITS; edit++) {
    const text = edits.next();
    const json = edit % 5 === 4;
    const document = TextDocument.create(
      `file:///project/a.distill.${json ? 'json' : 'yaml'}`,
      json ? 'json' : 'yaml',
      edit,
      text,
    );
    const position = document.positionAt(edits.below(text.length + 1));
    const all = { start: { line: 0, character: 0 }, end: document.positionAt(text.length) };
    const ask = (request: string, answer: () => unknown): void => {
      const began = performance.now();
      try {
        answer();
      } catch (error) {
        throw new Error(`${request} on ${JSON.stringify(text)}: ${String(error)}`, { cause: error });
      }
      requests++;
      const milliseconds = performance.now() - began;
      if (milliseconds > slowest.milliseconds) Object.assign(slowest, { milliseconds, request, text });
    };
    ask('diagnostics', () => service.diagnostics(document));
    ask('completion', () => service.completion(document, position));
    ask('hover', () => service.hover(document, position));
    ask('symbols', () => service.symbols(document));
    ask('folding', () => service.folding(document));
    ask('format', () => service.format(document, { tabSize: 2, insertSpaces: true }));
    ask('prepareRename', () => service.prepareRename(document, position));
    ask('rename', () => service.rename(document, position, 'other'));
    ask('links', () => service.links(document));
    ask('inlayHints', () => service.inlayHints(document, all));
    // The dearest: each fix is tried before it is offered.
    if (edit % 4 === 0)
      ask('codeActions', () =>
        service.codeActions(
          document,
          { start: position, end: position },
          service.diagnostics(document).slice(0, 3),
        ),
      );
  }
  console.log(
    `fuzz: ${EDITS} edits, ${requests} requests, slowest ${slowest.request} ${slowest.milliseconds.toFixed(0)} ms on ${JSON.stringify(slowest.text.slice(0, 300))}`,
  );
  expect(requests).toBeGreaterThan(10 * EDITS);
}, 1_200_000);
