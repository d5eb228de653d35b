import { describe, expect, it } from 'vitest';
import { differencesOf } from './difference.ts';

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
});
