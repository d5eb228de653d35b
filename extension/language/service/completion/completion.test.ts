import { describe, expect, it } from 'vitest';
import { discriminatorValues } from '../../../../sidecar/config/schemaWalk.ts';
import { modelOptions } from '../../../../sidecar/models/registry.spec.ts';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { TextEdit, type CompletionItem } from 'vscode-languageserver-types';
import { parse } from 'yaml';
import { keysAt } from '../../../../sidecar/config/schemaWalk.ts';
import { experimentSchema } from '../../../../sidecar/config/experiment.ts';
import { isRecord, valueAt } from '../../../../sidecar/config/records.ts';
import { datasetNames } from '../../../../sidecar/config/template.ts';
import { concrete, flat, settingTree } from '../../../../sidecar/config/settingTree.ts';
import { methodDeclarations } from '../../../../sidecar/methods/registry.options.ts';
import { languageService } from '../languageService.ts';
import { NO_SURROUNDINGS } from '../surroundings.ts';

const run = {
  id: '2026-11-23_dkel', name: 'first', folder: 'file:///runs/a', method: 'dkel', model: 'mlp', dataset: 'synthetic', batchSize: 32,
  secondsPerStep: 0.1, backend: 'wasm', headline: '98.4 %', checkpoints: [100, 200], best: 200,
}; // prettier-ignore
const service = languageService(() => ({
  ...NO_SURROUNDINGS,
  runs: [run],
  experiments: ['file:///project/sub/other.distill.yaml'],
}));

/** What is offered at the `|` of a text, with the text after an item is taken (snippet stops replaced by their defaults). */
function at(text: string, file: 'yaml' | 'json' = 'yaml') {
  const document = TextDocument.create(`file:///project/a.distill.${file}`, file, 1, text.replace('|', ''));
  const items = service.completion(document, document.positionAt(text.indexOf('|')));
  const taken = (label: string): string => {
    const item = items.find((each) => each.label === label);
    if (!item?.textEdit || !TextEdit.is(item.textEdit)) throw new Error(`${label} is not offered`);
    const line = document.getText().split('\n')[item.textEdit.range.start.line] ?? '';
    const indent = /^\s*/u.exec(line)?.[0] ?? '';
    const plain = item.textEdit.newText
      .replace(/\$\{\d+\|(?<first>[^,|]*)[^}]*\|\}/gu, '$<first>')
      .replace(/\$\{\d+:(?<text>[^}]*)\}/gu, '$<text>')
      .replace(/\$\d/gu, '')
      .replaceAll('\n', `\n${indent}`);
    return TextDocument.applyEdits(document, [{ ...item.textEdit, newText: plain }]);
  };
  return { labels: items.map(({ label }) => label), items, taken };
}
const markdown = ({ documentation }: CompletionItem): string =>
  typeof documentation === 'object' ? documentation.value : '';

const methods = Object.keys(methodDeclarations);
const dkelKeys = keysAt(experimentSchema, { method: { name: 'dkel' } }, ['method']);

describe('keys', () => {
  it('are all those of the map, wherever the schema has one', () => {
    for (const { path, data, keys } of flat(settingTree())) {
      if (keys.length === 0) continue;
      const place = concrete(path);
      const there = valueAt(data, place);
      if (!isRecord(there)) throw new Error(`${path.join('.')} is no map`);
      const marked = place.reduceRight<Record<string, unknown>>(
        (inner, key, index) => ({ ...(valueAt(data, place.slice(0, index)) as object), [key]: inner }),
        { ...there, MARK: 0 },
      );
      const text = JSON.stringify(marked).replace('"MARK":0', '|');
      const open = keys.filter((key) => !Object.hasOwn(there, key));
      expect(new Set(at(text, 'json').labels), path.join('.')).toEqual(new Set(open));
    }
  });

  it('begin with what is required', () => {
    const { items } = at('|');
    const sorted = items.toSorted((a, b) => (a.sortText ?? '').localeCompare(b.sortText ?? ''));
    expect(sorted.slice(0, 3).map(({ label }) => label)).toEqual(['dataset', 'models', 'method']);
  });

  it.each([
    ['in block style', 'method:\n  name: dkel\n  |\ntraining: { epochs: 1 }\n'],
    ['half typed', 'method:\n  name: dkel\n  dec|\n'],
    ['between others', 'method:\n  name: dkel\n  |\n  peers: 3\n'],
    ['before the discriminator', 'method:\n  |\n  name: dkel\n'],
    ['in flow style', 'method: { name: dkel, | }\n'],
    ['behind an open bracket', 'dataset: { name: mnist\nmethod:\n  name: dkel\n  |'],
    ['in an open bracket', 'method: { name: dkel, |\noptimizer: { name: sgd }\n'],
  ])('follow the method %s', (_name, text) => {
    const { labels } = at(text);
    const there = /peers: 3/u.test(text) ? ['name', 'peers'] : ['name'];
    expect(labels).toEqual(dkelKeys.filter((key) => !there.includes(key)));
  });

  it('follow the optimiser and the schedule, of a stage too', () => {
    expect(at('optimizer: { name: adam, | }').labels).toContain('beta1');
    expect(at('optimizer: { name: sgd, | }').labels).not.toContain('beta1');
    expect(at('stages:\n  distillation:\n    schedule:\n      name: multiStep\n      |').labels).toContain(
      'milestones',
    );
  });

  it('are names that the method reads under models, and its stages', () => {
    expect(at('method: { name: dkel }\nmodels:\n  |').labels).toEqual(['default', 'student']);
    expect(at('method: { name: dkel }\nstages: { | }').labels).toEqual(['teacherInit', 'distillation']);
    expect(at('method: { name: vanilla }\nstages: { | }').labels).toEqual(['training']);
  });

  it('are not offered where there are none', () => {
    for (const text of [
      '# |',
      'name: x # |',
      'training:\n  seed: 1\n    |',
      'dataset: { name: mnist } |',
      'constructor:\n  |',
    ])
      expect(at(text).labels, text).toEqual([]);
  });

  it('are written as their surroundings are', () => {
    expect(at('|').taken('method')).toBe('method:\n  name: dkel');
    expect(at('method:\n  name: dkel\n  |').taken('ema')).toContain('\n  ema:\n    ');
    expect(at('method: { name: dkel, | }').taken('ema')).toBe('method: { name: dkel, ema: {  } }');
    expect(at('method: { name: dkel, | peers: 3 }').taken('ema')).toBe(
      'method: { name: dkel, ema: {  }, peers: 3 }',
    );
    expect(at('training: { |: 3 }').taken('epochs')).toBe('training: { epochs: 3 }');
    expect(at('training: { epo|: 3 }').taken('epochs')).toBe('training: { epochs: 3 }');
    expect(at('method:\n  name: dkel\n  tem|').taken('temperature')).toBe(
      'method:\n  name: dkel\n  temperature: 3',
    );
    const json = at('{\n  "training": { "epochs": 3, "|" }\n}', 'json').taken('batchSize');
    expect(JSON.parse(json)).toEqual({ training: { epochs: 3, batchSize: 128 } });
    const before = at('{\n  "training": {\n    |\n    "epochs": 3\n  }\n}', 'json').taken('batchSize');
    expect(JSON.parse(before)).toEqual({ training: { epochs: 3, batchSize: 128 } });
  });

  it('carry what is known of them', () => {
    const item = at('method: { name: dkel, | }').items.find(({ label }) => label === 'decayRate');
    expect(item?.detail).toBe('a number ≥ 0, ≤ 10, per epoch, default 0.5');
    expect(item && markdown(item)).toContain('in the released code');
  });
});

const MODELS = (discriminatorValues(modelOptions)?.values ?? []).map(String);

describe('values', () => {
  it.each([
    ['method:\n  name: |', methods],
    ['method: { name: | }', methods],
    ['method: { name: |', methods],
    ['method: { name: dk|', methods],
    ['method: { name: dkel, rampShape: |', ['reference', 'released', 'none']],
    ['method: { name: dkel, preset: | }', ['dkel', 'dkel-released']],
    ['dataset: { name: | }', datasetNames()],
    [
      'environment: { name: | }',
      ['pendulum', 'mountainCarContinuous', 'mountainCar', 'cartPole', 'acrobot', 'cliffWalking'],
    ],
    ['method: { name: dpd, algorithm: { name: | } }', ['ddpg', 'ppo', 'tabular']],
    ['method: { name: dpd, mode: | }', ['soft', 'hard', 'uniform', 'none']],
    ['models:\n  default:\n    name: |\nmethod: { name: dkel }', MODELS],
    ['optimizer:\n  name: |', ['sgd', 'adam', 'adamw']],
    ['evaluation: { test: |', ['true', 'false']],
    ['backend: |', ['auto', 'tensorflow', 'webgpu', 'wasm', 'cpu']],
    ['training:\n  epochs: |\nmethod: { name: dkel }', ['300', '100']],
    ['baseline: { run: |', ['2026-11-23_dkel']],
    ['baseline: { run: 2026-11-23_dkel, checkpoint: | }', ['200', '100', 'best', 'last']],
    ['baseline:\n  file: |', ['sub/other.distill.yaml']],
  ])('%s', (text, expected) => {
    expect(at(text).labels).toEqual(expected);
  });

  it('are quoted in JSON and nowhere else', () => {
    expect(at('{ "method": { "name": | } }', 'json').taken('dkel')).toBe('{ "method": { "name": "dkel" } }');
    expect(at('{ "method": { "name": "|" } }', 'json').taken('dkel')).toBe(
      '{ "method": { "name": "dkel" } }',
    );
    expect(parse(at('method:\n  name: v|').taken('vanilla'))).toEqual({ method: { name: 'vanilla' } });
  });

  it('say what they mean', () => {
    const item = at('method: { name: | }').items[0];
    expect(item?.detail).toContain('Decoupled Knowledge');
    expect(item && markdown(item)).toContain('arXiv 2312.11218, 2023');
    expect(at('method: { name: dkel, rampShape: | }').items[1]?.detail).toContain('then a jump');
  });
});
