import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { answersOf, confusionOf, mostDisputed } from './answers.ts';

describe('answers', () => {
  it('are the largest logit, the lower class where two are equal', () => {
    expect([...answersOf(Float32Array.of(0, 1, 2, 5, 5, -1, -3, -2, -9), 3)]).toEqual([2, 0, 1]);
  });
});

describe('confusion', () => {
  it('counts what was taken for what, and nothing that never happened', () => {
    expect(confusionOf([0, 0, 1, 2, 2, 2], [0, 1, 1, 2, 0, 2], 3)).toEqual([
      [0, 0, 1],
      [0, 1, 1],
      [1, 1, 1],
      [2, 0, 1],
      [2, 2, 2],
    ]);
  });

  it('adds up to the samples, and by row to the samples of each label', () => {
    const pair = fc.tuple(fc.nat(4), fc.nat(4));
    fc.assert(
      fc.property(fc.array(pair), (pairs) => {
        const labels = pairs.map(([label]) => label);
        const cells = confusionOf(
          labels,
          pairs.map(([, answer]) => answer),
          5,
        );
        for (let label = 0; label < 5; label++) {
          const row = cells.filter(([own]) => own === label).reduce((sum, [, , count]) => sum + count, 0);
          expect(row).toBe(labels.filter((own) => own === label).length);
        }
      }),
    );
  });
});

describe('the most disputed samples', () => {
  it('come by distinct answers, then by fewest right ones, then by index; agreement is none', () => {
    const labels = [0, 0, 0, 0, 0];
    const roles = [
      [0, 1, 0, 1, 1],
      [1, 1, 1, 2, 1],
      [2, 2, 1, 0, 1],
    ];
    // Sample 0 and 3: three answers, one right. Sample 1: two, none right. Sample 2: two, one right. Sample 4: one.
    expect(mostDisputed(labels, roles, 24)).toEqual([0, 3, 1, 2]);
    expect(mostDisputed(labels, roles, 2)).toEqual([0, 3]);
  });
});
