import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { compareExperiments, type Comparison, type Subject } from './diff.ts';
import { differencesCsv, differencesMarkdown } from './diffText.ts';
import { parseExperiment, resolvedYaml } from './load.ts';
import { writtenIn } from './origins.ts';

const BASE = readFileSync('examples/mnist-dkel.distill.yaml', 'utf8');

function subjectOf(text: string, overrides: readonly string[] = [], label = 'x'): Subject {
  const { resolved, findings } = parseExperiment('x.distill.yaml', text, overrides);
  if (!resolved) throw new Error(JSON.stringify(findings, null, 1));
  return { label, resolved, written: writtenIn('x.distill.yaml', text, overrides) };
}

const compare = (...overrides: string[][]): Comparison =>
  compareExperiments(overrides.map((set, index) => subjectOf(BASE, set, `x${index + 1}`)));
const paths = ({ differences }: Comparison): string[] => differences.map(({ path }) => path);

/** Settings of the example that depend on nothing else, with values that are all valid and all mean something else. */
const FREE: Record<string, readonly unknown[]> = {
  'training.seed': [1, 2, 3],
  'training.epochs': [2, 5, 7.5],
  'training.batchSize': [16, 32, 128],
  'training.validation': [0.05, 0.2, 500],
  'training.onCollapse': ['stop', 'continue'],
  'optimizer.learningRate': [0.01, 0.2],
  'optimizer.momentum': [0.5, 0.8],
  'optimizer.weightDecay': [0, 1e-3],
  'method.temperature': [1, 4],
  'method.omegaMax': [0.2, 1],
  'method.decayRate': [0.2, 0.3],
  'method.ema.beta': [0.9, 0.95],
  'method.peers': [2, 4],
  'schedule.final': [0.1, 0.5],
  'views.flip': [true, false],
  'views.crop.padding': [0, 2, 3],
  'logging.every': [2, 9],
  'checkpoints.every': [50, 70],
  'evaluation.every': [2, 4],
  'dataset.limit': [5000, 6000],
  backend: ['cpu', 'wasm'],
};

const change = fc
  .constantFrom(...Object.keys(FREE))
  .chain((path) => fc.record({ path: fc.constant(path), value: fc.constantFrom(...(FREE[path] ?? [])) }));
const changes = fc.uniqueArray(change, { selector: ({ path }) => path, maxLength: 8 });
const asSet = (all: readonly { path: string; value: unknown }[]): string[] =>
  all.map(({ path, value }) => `${path}=${JSON.stringify(value)}`);

describe('the difference of two experiments', () => {
  it('is exactly what was changed, and nothing that follows from it', () => {
    const valueAt = ({ resolved }: Subject, path: string): unknown =>
      path
        .split('.')
        .reduce<unknown>(
          (at, key) => (at as Record<string, unknown> | undefined)?.[key],
          resolved.experiment,
        );
    fc.assert(
      fc.property(changes, changes, (some, others) => {
        const [a, b] = [subjectOf(BASE, asSet(some)), subjectOf(BASE, asSet(others))];
        const expected = Object.keys(FREE).filter(
          (path) => JSON.stringify(valueAt(a, path)) !== JSON.stringify(valueAt(b, path)),
        );
        const comparison = compareExperiments([a, b]);
        expect(paths(comparison).sort()).toEqual(expected.sort());
        // What the editor shows says the same: equal texts where, and only where, nothing differs.
        expect(comparison.texts[0] === comparison.texts[1]).toBe(expected.length === 0);
      }),
      { numRuns: 60 },
    );
  });

  it('of an experiment and what it resolves to is none', () => {
    fc.assert(
      fc.property(changes, (all) => {
        const own = subjectOf(BASE, asSet(all));
        expect(paths(compareExperiments([own, subjectOf(resolvedYaml(own.resolved))]))).toEqual([]);
      }),
      { numRuns: 30 },
    );
  });

  it('turned round has the same settings, added and removed exchanged', () => {
    const opposite = { added: 'removed', removed: 'added', changed: 'changed' } as const;
    fc.assert(
      fc.property(changes, changes, (some, others) => {
        const [a, b] = [subjectOf(BASE, asSet(some)), subjectOf(BASE, asSet(others))];
        const forth = compareExperiments([a, b]).differences;
        const back = compareExperiments([b, a]).differences;
        expect(back.map(({ path, kind }) => ({ path, kind }))).toEqual(
          forth.map(({ path, kind }) => ({ path, kind: opposite[kind] })),
        );
      }),
      { numRuns: 30 },
    );
  });

  it('tells where values come from', () => {
    const origins = (comparison: Comparison) =>
      Object.fromEntries(
        comparison.differences.map(({ path, cells }) => [path, cells.map(({ origin }) => origin)]),
      );
    expect(origins(compare([], ['training.seed=1', 'method.temperature=4', 'dataset.limit=5000']))).toEqual({
      'dataset.limit': [null, 'override'],
      'method.temperature': ['default', 'override'],
      'training.seed': ['written', 'override'],
    });
    const released = subjectOf(
      stringify({ ...exampleData(), method: { name: 'dkel', preset: 'dkel-released' } }),
    );
    expect(origins(compareExperiments([subjectOf(BASE), released]))).toMatchObject({
      'method.rampShape': ['default', 'preset'],
      'method.decayRate': ['written', 'default'],
    });
  });

  it('shows what a stage decides against what followed by itself', () => {
    const [difference] = compare([], ['stages.distillation.steps=7']).differences;
    expect(difference).toMatchObject({
      path: 'stages.distillation.steps',
      kind: 'changed',
      cells: [
        { value: 400, origin: 'derived' },
        { value: 7, origin: 'override' },
      ],
    });
  });

  it('tells what cannot matter', () => {
    const { differences } = compare(
      ['method.ensembleWeight=none', 'method.decayRate=0.2'],
      ['method.ensembleWeight=none', 'method.decayRate=0.4', 'training.seed=3'],
    );
    expect(differences.map(({ path, matters }) => [path, matters])).toEqual([
      ['method.decayRate', false],
      ['training.seed', true],
    ]);
    const names = compare([], ['name=x', 'baseline={run: y}']).differences;
    expect(names.map(({ path, matters }) => [path, matters])).toEqual([
      ['name', false],
      ['baseline.run', false],
    ]);
  });

  it('of many is a matrix, as Markdown and as CSV', () => {
    const comparison = compare([], ['training.seed=1'], ['training.seed=2', 'dataset.limit=9000']);
    expect(differencesMarkdown(comparison)).toBe(
      [
        '| setting | x1 | x2 | x3 |',
        '| --- | --- | --- | --- |',
        '| dataset.limit | — | — | 9000 (--set) |',
        '| training.seed | 42 | 1 (--set) | 2 (--set) |',
        '',
      ].join('\n'),
    );
    expect(differencesCsv(comparison)).toBe('setting,x1,x2,x3\ndataset.limit,,,9000\ntraining.seed,42,1,2\n');
  });
});

const exampleData = (): Record<string, unknown> => ({
  dataset: { name: 'mnist' },
  models: { default: { name: 'resnet8' } },
});
