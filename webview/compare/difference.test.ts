import { describe, expect, it } from 'vitest';
import { differencesOf, matrixRows, sorted } from './difference.ts';

describe('differences of parameters', () => {
  it('are those that are not the same in all runs', () => {
    expect(
      differencesOf([
        { a: '1', b: '2', c: '3' },
        { a: '1', b: '4', d: 'null' },
      ]),
    ).toEqual([
      { path: 'b', values: ['2', '4'] },
      { path: 'c', values: ['3', undefined] },
      { path: 'd', values: [undefined, 'null'] },
    ]);
  });

  it('are none where there is one run', () => {
    expect(differencesOf([{ a: '1' }])).toEqual([]);
  });

  it('are sorted by what a run has: numbers by size, what is missing last', () => {
    const differences = differencesOf([
      { a: '10', b: '9', c: '"x"', e: '1' },
      { a: '1', b: '2', d: 'true' },
    ]);
    const paths = (descending: boolean): string =>
      sorted(differences, { column: 0, descending })
        .map(({ path }) => path)
        .join('');
    expect(paths(false)).toBe('ebacd');
    expect(paths(true)).toBe('abecd');
    expect(sorted(differences, { column: 'parameter', descending: true })[0]?.path).toBe('e');
  });

  it('are copied as a table', () => {
    expect(matrixRows('parameter', ['one', 'two'], differencesOf([{ a: '1' }, { a: '2', b: '3' }]))).toEqual([
      ['parameter', 'one', 'two'],
      ['a', '1', '2'],
      ['b', '', '3'],
    ]);
  });
});
