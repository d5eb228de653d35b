import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { TextDocument } from 'vscode-languageserver-textdocument';
import type { Diagnostic, Hover } from 'vscode-languageserver-types';
import { marked } from '../../../test/fixtures/experiments/marked.ts';
import { experiment } from '../../../test/fixtures/experiments/case.ts';
import { languageService } from './languageService.ts';
import { imageFolderOptions } from '../../../sidecar/datasets/imageFolder.options.ts';
import { dataKey, NO_SURROUNDINGS, surroundingsSchema, type Surroundings } from './surroundings.ts';

const EXAMPLE = readFileSync('examples/mnist-dkel.distill.yaml', 'utf8');
const run = {
  id: 'r1', name: 'first', folder: 'file:///runs/r1', method: 'dkel', model: 'resnet8', dataset: 'mnist', batchSize: 64,
  secondsPerStep: 0.5, backend: 'wasm', headline: '98.4 %', checkpoints: [100, 200], best: 200,
}; // prettier-ignore
const serviceIn = (surroundings: Partial<Surroundings> = {}) =>
  languageService(() => surroundingsSchema.parse({ ...NO_SURROUNDINGS, ...surroundings }));
const service = serviceIn();
const documentOf = (text: string, file: 'yaml' | 'json' = 'yaml'): TextDocument =>
  TextDocument.create(`file:///project/dir/a.distill.${file}`, file, 1, text);
const textOf = (hover: Hover | null): string =>
  hover && typeof hover.contents === 'object' && 'value' in hover.contents ? hover.contents.value : '';
const hoverAt = (text: string, needle: string): string => {
  const document = documentOf(text);
  return textOf(service.hover(document, document.positionAt(text.indexOf(needle) + 1)));
};
const whole = (document: TextDocument) => ({
  start: { line: 0, character: 0 },
  end: document.positionAt(document.getText().length),
});

describe('hover', () => {
  it('says meaning, range, unit, default and how sure a fact about the source is', () => {
    const text = hoverAt(EXAMPLE, 'decayRate');
    for (const part of [
      'γ in λ(e)',
      '≥ 0, ≤ 10, per epoch',
      'default `0.5`',
      'in the released code',
      '`method.rampEpochs`',
    ])
      expect(text).toContain(part);
    expect(hoverAt('method: { name: dkel, ensembleWeight: none }', 'ensembleWeight')).toContain(
      'decay – published (DKEL, abstract)',
    );
    expect(hoverAt('method: { name: dkel, ema: { warmup: none } }', 'warmup')).toContain(
      'keepInit – inferred',
    );
  });

  it('knows what one method used for settings of all, and a preset as the default', () => {
    expect(hoverAt(EXAMPLE, 'batchSize')).toContain('128 – in the released code');
    expect(hoverAt(EXAMPLE.replace('name: dkel', 'name: vanilla'), 'batchSize')).not.toContain(
      'released code',
    );
    expect(hoverAt('method: { name: dkel, preset: dkel-released, rampEpochs: 3 }', 'rampEpochs')).toContain(
      'default `80`',
    );
  });

  it('cites at the method, and works in a text that does not parse', () => {
    expect(hoverAt('method: { name: dkel', 'dkel')).toContain('arXiv 2312.11218');
    expect(hoverAt('# nothing here\n', 'nothing')).toBe('');
    expect(hoverAt('schedule: { name: multiStep, milestones: [ 44 ] }', '44')).toContain('At which the rate');
  });
});

describe('outline, folding, links', () => {
  it('lists every setting with its extent', () => {
    const document = documentOf(EXAMPLE);
    const symbols = service.symbols(document);
    expect(symbols.map(({ name }) => name)).toContain('method');
    const method = symbols.find(({ name }) => name === 'method');
    expect(method?.children?.map(({ name }) => name)).toEqual(['name', 'ema', 'decayRate']);
    expect(document.getText(method?.selectionRange)).toBe('method');
  });

  it('folds maps, lists and comments', () => {
    const document = documentOf(
      '# a\n# b\nmethod:\n  name: dkel\n  ema:\n    beta: 0.9\nschedule:\n  milestones:\n    - 1\n',
    );
    expect(service.folding(document).map(({ startLine, endLine }) => [startLine, endLine])).toEqual([
      [2, 5],
      [4, 5],
      [6, 8],
      [7, 8],
      [0, 1],
    ]);
  });

  it('leads to the baseline and the paper', () => {
    const document = documentOf('method: { name: dkel }\nbaseline: { file: ../other.distill.yaml }\n');
    expect(service.links(document).map(({ target }) => target)).toEqual([
      'file:///project/other.distill.yaml',
      'https://arxiv.org/abs/2312.11218',
    ]);
    expect(service.links(documentOf('baseline: { file: "\uD83C.distill.yaml" }\n'))).toHaveLength(1);
    const links = serviceIn({ runs: [run] }).links(documentOf('baseline: { run: r1 }\n'));
    expect(links.map(({ target }) => target)).toEqual(['file:///runs/r1']);
  });
});

describe('rename', () => {
  const free = 'method: { name: vanilla }\nmodels:\n  first: { name: mlp } # one\n  second: { name: mlp }\n';
  const renamed = (text: string, needle: string, name: string): string | null => {
    const document = documentOf(text);
    const position = document.positionAt(text.indexOf(needle));
    const edit = service.rename(document, position, name);
    expect(service.prepareRename(document, position) === null).toBe(
      service.rename(document, position, 'zzz') === null,
    );
    return edit && TextDocument.applyEdits(document, edit.changes?.[document.uri] ?? []);
  };

  it('gives a model another name', () => {
    expect(renamed(free, 'first', 'large')).toBe(free.replace('first', 'large'));
  });

  it.each([
    ['a name that is taken', free, 'first', 'second'],
    ['a name that the schema refuses', free, 'first', 'My net'],
    ['a section', free, 'models', 'nets'],
    ['a setting', free, 'name: mlp', 'title'],
    ['a value', free, 'mlp', 'net'],
    ['the default', free.replace('first', 'default'), 'default', 'other'],
    [
      'a model whose name the method fixes',
      free.replace('vanilla', 'dkel').replace('first', 'student'),
      'student',
      'pupil',
    ],
  ])('refuses %s', (_name, text, needle, name) => {
    expect(renamed(text, needle, name)).toBeNull();
  });
});

describe('inlay hints', () => {
  const hintsOf = (text: string, surroundings: Partial<Surroundings> = {}): string[] => {
    const document = documentOf(text);
    return serviceIn(surroundings)
      .inlayHints(document, whole(document))
      .map(({ position, label }) => `${position.line}: ${typeof label === 'string' ? label : ''}`);
  };

  it('say what follows from the settings', () => {
    expect(hintsOf(EXAMPLE)).toEqual([
      '10: 25 steps per epoch',
      '5: teacherInit: 1 step · ω = 0.1 from epoch 5',
      '10: distillation: 400 steps',
      '7: λ = 0 from epoch 47, after the end',
      '6: remembers 50 of 400 steps',
      '3: 77,754 parameters',
      expect.stringMatching(/^10: ≈ [\d.]+ MiB$/u) as unknown,
    ]);
  });

  it('take the time from past runs here, scaled to the batch', () => {
    const other = { ...run, id: 'r2', dataset: 'synthetic', secondsPerStep: 99 };
    const half = { ...run, id: 'r3', batchSize: 32, secondsPerStep: 0.25 };
    expect(hintsOf(EXAMPLE, { runs: [run, other, half] }).join('\n')).toContain(
      '≈ 13 s per epoch, 3 min 21 s in total (from 2 past runs here)',
    );
    expect(hintsOf(EXAMPLE, { runs: [other] }).join('\n')).not.toContain('past run');
  });

  it('are silent while something is wrong', () => {
    expect(hintsOf(EXAMPLE.replace('epochs: 16', 'epochs: -1'))).toEqual([]);
  });
});

describe('surroundings', () => {
  const checked = (
    text: string,
    surroundings: Partial<Surroundings>,
  ): { found: Diagnostic[]; document: TextDocument; range: unknown } => {
    const { document, range } = marked(text);
    return { found: serviceIn(surroundings).diagnostics(document), document, range };
  };

  it('say that a data set is not installed, with a way to install it', () => {
    const surroundings = { datasetProblems: { synthetic: 'It is not here.' } };
    const { found, document, range } = checked(
      experiment({ dataset: 'dataset: { name: «synthetic» }' }),
      surroundings,
    );
    expect(found).toMatchObject([{ code: 'dataMissing', range, severity: 1 }]);
    const actions = serviceIn(surroundings).codeActions(document, whole(document), found);
    expect(actions[0]).toMatchObject({
      kind: 'quickfix',
      command: { command: 'distillery.installDataset', arguments: ['synthetic'] },
    });
  });

  it('say what is wrong with files that are named, and count those that were found', () => {
    const dataset = imageFolderOptions.parse({ name: 'imageFolder', path: 'images', size: 8 });
    const text = 'dataset: { name: imageFolder, path: «images», size: 8 }';
    const { document, range } = marked(experiment({ dataset: text }));
    const serviceOf = (probed: unknown) =>
      serviceIn({ data: { [dataKey(document.uri, dataset)]: probed } as Surroundings['data'] });
    const wrong = {
      kind: 'wrong',
      code: 'dataUnusable',
      key: 'path',
      message: 'x is missing.',
      expected: '',
    };
    expect(serviceOf(wrong).diagnostics(document)).toMatchObject([
      { code: 'dataUnusable', range, message: 'x is missing.' },
    ]);
    const found = { kind: 'found', dataset: { ...dataset, found: { classes: 2, train: 3, test: 6 } } };
    expect(
      serviceOf(found)
        .diagnostics(document)
        .map(({ code }) => code),
    ).toContain('batchTooLarge');
    // A path that nobody has looked at is taken as it is, whether or not the set is installed.
    const problems = { datasetProblems: { imageFolder: 'not here' } };
    expect(
      serviceIn(problems)
        .diagnostics(document)
        .map(({ code }) => code),
    ).not.toContain('dataMissing');
  });

  it('doubt what does not fit into memory, with a batch that does', () => {
    const surroundings = { memoryBytes: 60_000 };
    const { found, document, range } = checked(
      experiment({ training: 'training: { epochs: 20, epochSteps: 25, batchSize: «256» }' }),
      surroundings,
    );
    expect(found).toMatchObject([{ code: 'memoryTooLarge', range, severity: 2 }]);
    const [fix] = serviceIn(surroundings).codeActions(document, whole(document), found);
    const text = TextDocument.applyEdits(document, fix?.edit?.changes?.[document.uri] ?? []);
    expect(serviceIn(surroundings).diagnostics(documentOf(text))).toEqual([]);
  });

  it.each([
    ['unknownRun', 'baseline: { run: «r2» }', 'baseline: { run: r1 }'],
    [
      'unknownCheckpoint',
      'baseline: { run: r1, checkpoint: «150» }',
      'baseline: { run: r1, checkpoint: 100 }',
    ],
  ])('%s', (code, text, result) => {
    const { found, document, range } = checked(experiment({ x: text }), { runs: [run] });
    expect(found).toMatchObject([{ code, range, severity: 2 }]);
    const [fix] = serviceIn({ runs: [run] }).codeActions(document, whole(document), found);
    expect(TextDocument.applyEdits(document, fix?.edit?.changes?.[document.uri] ?? [])).toContain(result);
    expect(checked(experiment({ x: text }), {}).found).toEqual([]);
  });
});

describe('format', () => {
  const options = { tabSize: 4, insertSpaces: true };
  const formatted = (text: string, file: 'yaml' | 'json' = 'yaml'): string => {
    const document = documentOf(text, file);
    return TextDocument.applyEdits(document, service.format(document, options));
  };

  it.each([
    [
      'indentation',
      'method:\n     name: dkel\n     # why\n     ema:\n         beta: 0.9   # c\n',
      'method:\n  name: dkel\n  # why\n  ema:\n    beta: 0.9   # c\n',
    ],
    [
      'space',
      'dataset:   {name:  mnist,limit: 10}\nschedule: { milestones: [1,2 ,3] }',
      'dataset: { name: mnist, limit: 10 }\nschedule: { milestones: [1, 2, 3] }\n',
    ],
    ['blank lines and numbers', 'a: 5.0e-4\n\n\n# x\nb: 1_0\n', 'a: 5.0e-4\n\n\n# x\nb: 1_0\n'],
    ['lists', 'schedule:\n- 1\n-   2\n', 'schedule:\n  - 1\n  -   2\n'],
    ['trailing space and line ends', 'a: 1  \r\nb: 2\r\n\r\n\r\n', 'a: 1\r\nb: 2\r\n'],
    ['several lines of text', 'name: |\n     one\n       two\n', 'name: |\n     one\n       two\n'],
    ['what does not parse', 'a: {   b', 'a: {   b'],
  ])('%s', (_name, text, expected) => {
    expect(formatted(text)).toBe(expected);
    expect(formatted(expected)).toBe(expected);
  });

  it('writes JSON as JSON', () => {
    const text = '{"a":{"b":1.50,"c":[1,2]},\n"d":{} }';
    const expected = '{\n    "a": {\n        "b": 1.50,\n        "c": [1, 2]\n    },\n    "d": {}\n}\n';
    expect(formatted(text, 'json')).toBe(expected);
    expect(formatted(expected, 'json')).toBe(expected);
  });
});

describe('speed', () => {
  it('is measured on 500 lines', () => {
    const text = EXAMPLE.replace(
      'method:',
      `${'# a line of thought about this experiment\n'.repeat(490)}method:`,
    );
    const warm = (edit: number) => documentOf(`${text}# ${edit}\n`);
    for (let edit = 0; edit < 20; edit++) service.diagnostics(warm(edit));
    const timed = (request: (document: TextDocument) => unknown): string => {
      const times = Array.from({ length: 30 }, (_, edit) => {
        const document = warm(100 + edit);
        const began = performance.now();
        request(document);
        return performance.now() - began;
      }).sort((a, b) => a - b);
      return `${times[15]?.toFixed(1) ?? ''} ms (most ${times[29]?.toFixed(1) ?? ''})`;
    };
    const position = { line: 500, character: 2 };
    console.log(
      `500 lines, median of 30 new versions: diagnostics ${timed((each) => service.diagnostics(each))}, completion ${timed((each) => service.completion(each, position))}, hover ${timed((each) => service.hover(each, position))}, refactorings ${timed((each) => service.codeActions(each, { start: position, end: position }, []))}, format ${timed((each) => service.format(each, { tabSize: 2, insertSpaces: true }))}, inlay hints ${timed((each) => service.inlayHints(each, whole(each)))}`,
    );
  });
});
