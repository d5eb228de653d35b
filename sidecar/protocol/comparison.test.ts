import { describe, expect, it } from 'vitest';
import type { Comparison, Difference } from './comparison.ts';
import { confusionDifference, confusionMatrix, flipOf, verdictOf } from './comparisonFigures.ts';
import { subjectNames } from './comparisonNames.ts';
import { cautionsOf, markdownOf, sentencesOf } from './comparisonReport.ts';

const difference = (p: number, low: number, high: number, top1 = (low + high) / 2): Difference => ({
  top1,
  interval: { low, high },
  mcnemar: { onlyReference: 1, onlyOther: 2, test: 'exact', statistic: null, p },
  outcomes: { bothRight: 1, fixed: 2, broken: 1, sameMistake: 0, otherMistake: 0 },
  disagreement: [2, 1],
  weights: null,
  cka: null,
});

const subject = (role: string, confusion: [number, number, number][]): Comparison['subjects'][number] => ({
  run: '2026-01-01_dkel_k3f9',
  step: 10,
  role,
  kind: 'peer',
  method: 'dkel',
  model: 'mlp',
  checkpoint: '',
  top1: 0.5,
  top5: 1,
  crossEntropy: NaN,
  ece: 0.1,
  reliability: [],
  confusion,
  network: null,
});

const made: Comparison = {
  version: 1,
  digest: 'd',
  computedAt: '2026-01-01T00:00:00.000Z',
  seconds: 1,
  split: 'validation',
  samples: 4,
  ckaSamples: 4,
  resamples: 100,
  seed: 0,
  dataset: { name: 'made', digest: 'abc' },
  classes: ['cat', 'dog|wolf'],
  backend: { name: 'cpu', device: 'a machine' },
  subjects: [
    subject('peer1', [
      [0, 0, 2],
      [1, 0, 2],
    ]),
    subject('peer2', [
      [0, 1, 1],
      [0, 0, 1],
      [1, 1, 2],
    ]),
  ],
  warnings: [{ kind: 'leak', subject: 1, samples: 3 }],
  differences: [difference(0.001, 0.1, 0.4)],
  agreement: [
    [1, 0.25],
    [0.25, 1],
  ],
  perClass: [
    { samples: 2, right: [2, 1] },
    { samples: 2, right: [0, 2] },
  ],
  images: [],
};

describe('a verdict', () => {
  it.each([
    [0.01, 0.1, 0.3, 'better'],
    [0.01, -0.3, -0.1, 'worse'],
    [0.2, -0.1, 0.3, 'undecided'],
    [0.07, 0.01, 0.3, 'maybeBetter'],
    [0.04, -0.3, 0.01, 'maybeWorse'],
    [NaN, NaN, NaN, 'undecided'],
  ] as const)('with p = %f and interval %f … %f is %s', (p, low, high, verdict) => {
    expect(verdictOf(difference(p, low, high))).toBe(verdict);
  });
});

describe('names', () => {
  const run = (end: string) => `2026-01-01_dkel_${end}`;
  it('say no more than is needed to tell networks apart', () => {
    const one = { run: run('aaaa'), step: 5, role: 'peer1' };
    expect(subjectNames([one, { ...one, role: 'peer2' }])).toEqual(['peer1', 'peer2']);
    expect(subjectNames([one, { ...one, step: 7 }])).toEqual(['peer1 @5', 'peer1 @7']);
    expect(subjectNames([one, { ...one, run: run('bbbb') }])).toEqual(['peer1 aaaa', 'peer1 bbbb']);
    expect(subjectNames([one, one, one])).toEqual(['peer1', 'peer1 (2)', 'peer1 (3)']);
  });
});

describe('figures', () => {
  it('count confusion, and what changed of it', () => {
    expect(confusionMatrix(2, made.subjects[0]?.confusion ?? [])).toEqual([
      [2, 0],
      [2, 0],
    ]);
    expect(confusionDifference(made, 1)).toEqual([
      [-1, 1],
      [-2, 2],
    ]);
  });

  it('know what kind of difference an image shows', () => {
    const image = (label: number, ...classes: number[]) => ({
      sample: 0,
      label,
      png: null,
      answers: classes.map((each) => ({ class: each, probability: 1 })),
    });
    expect(
      [image(0, 0, 0), image(0, 1, 0), image(0, 0, 1), image(0, 1, 2)].map((each) => flipOf(each, 1)),
    ).toEqual([null, 'fixed', 'broken', 'otherMistake']);
  });
});

describe('the report', () => {
  it('answers first, with cautions', () => {
    expect(sentencesOf(made)).toEqual([
      'peer2 is better than peer1: +25.00 points (95 % interval +10.00 … +40.00), McNemar p = 0.001, 4 validation samples.',
    ]);
    expect(cautionsOf(made)[0]).toContain('peer2 was trained on 3 of these validation samples');
  });

  it('is Markdown whose tables hold together, whatever a class is called', () => {
    const markdown = markdownOf(made);
    const tables = markdown.split('\n\n').filter((part) => part.startsWith('|'));
    expect(tables.length).toBeGreaterThan(3);
    for (const table of tables) {
      const widths = table.split('\n').map((line) => line.replaceAll('\\|', '').split('|').length);
      expect(new Set(widths).size, table).toBe(1);
    }
    expect(markdown).toContain('dog\\|wolf');
    expect(markdown).toContain('NaN');
  });
});
