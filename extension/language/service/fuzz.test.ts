import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { Stream } from '../../../sidecar/random/stream.ts';
import { doubts } from '../../../test/fixtures/experiments/doubts.ts';
import { keys } from '../../../test/fixtures/experiments/keys.ts';
import { syntax } from '../../../test/fixtures/experiments/syntax.ts';
import { values } from '../../../test/fixtures/experiments/values.ts';
import { languageService } from './languageService.ts';
import type { Surroundings } from './surroundings.ts';

/** Random edits in a test run; DISTILLERY_FUZZ_EDITS=100000 for all that a release wants. */
const EDITS = Number(process.env['DISTILLERY_FUZZ_EDITS'] ?? 5_000);
/** After so many edits a text is left for the next one. */
const LIFE = 25;

const texts = [
  ...readdirSync('examples').map((name) => readFileSync(`examples/${name}`, 'utf8')),
  ...[...doubts, ...keys, ...values, ...syntax].map(({ text }) => text.replace(/[«»]/gu, '').slice(0, 4_000)),
];
const TOKENS = [
  '{', '}', '[', ']', ':', ',', '"', "'", '#', '\n', '\r\n', '\t', '  ', '- ', '? ', '&a ', '*a', '|\n', '>-\n', '<<: ',
  '!!map ', '---\n', '...\n', '%YAML 1.2\n', 'null', 'true', '1e999', '-0', '.inf', '.nan', '0x1F', '🎉', '\u2028', '\uFEFF',
  '\u0000', '__proto__: ', 'constructor: ', 'method: ', 'name: dkel', 'models: ', 'baseline: { run: r1, checkpoint: ',
]; // prettier-ignore

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
  experiments: ['file:///work/other.distill.yaml'],
  datasetProblems: { mnist: 'MNIST is not installed.' },
  memoryBytes: 1e6,
};

it(`answers every request after ${EDITS} random edits`, () => {
  const random = Stream.of(20_261_124, 'fuzz');
  let drawn = 0;
  const below = (limit: number): number => Math.floor(random.uniform(drawn++) * limit);
  const pick = <T>(from: readonly [T, ...T[]] | readonly T[]): T => from[below(from.length)] as T;

  const edited = (text: string): string => {
    const at = below(text.length + 1);
    const lines = text.split('\n');
    const line = below(lines.length);
    switch (below(8)) {
      case 0:
        return text.slice(0, at) + text.slice(at + 1 + below(6));
      case 1:
        return text.slice(0, at) + pick(TOKENS) + text.slice(at);
      case 2:
        return text.slice(0, at) + String.fromCodePoint(32 + below(95)) + text.slice(at);
      case 3:
        return lines.toSpliced(line, 1).join('\n');
      case 4:
        return lines.toSpliced(line, 0, lines[below(lines.length)] ?? '').join('\n');
      case 5:
        return lines.with(line, ' '.repeat(below(7)) + (lines[line] ?? '').trimStart()).join('\n');
      case 6: {
        const words = text.match(/[\w.]+/gu) ?? [''];
        const word = pick(words);
        return text.slice(0, at) + word + text.slice(at + below(word.length + 1));
      }
      default:
        return text.slice(0, at) + pick(TOKENS) + text.slice(Math.min(text.length, at + below(20)));
    }
  };

  const service = languageService(() => surroundings);
  const slowest = { milliseconds: 0, request: '', text: '' };
  let requests = 0;
  let text = '';
  for (let edit = 0; edit < EDITS; edit++) {
    if (edit % LIFE === 0 || text.length > 8_000) text = pick(texts);
    text = edited(text);
    const json = edit % 5 === 4;
    const document = TextDocument.create(
      `file:///work/a.distill.${json ? 'json' : 'yaml'}`,
      json ? 'json' : 'yaml',
      edit,
      text,
    );
    const position = document.positionAt(below(text.length + 1));
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
