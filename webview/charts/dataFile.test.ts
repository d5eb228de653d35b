import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { csvOf, jsonOf } from './dataFile.ts';

const anyNumber = fc.double();

describe('data files', () => {
  it('hold every number exactly', () => {
    fc.assert(
      fc.property(fc.array(anyNumber, { maxLength: 20 }), (values) => {
        const steps = values.map((_, index) => index);
        const runs = [{ run: 'a', series: { tag: { steps, walls: steps, values } } }];
        const rows = csvOf(runs).trim().split('\n').slice(1);
        expect(rows.map((row) => Number(row.split(',')[4]) + 0)).toEqual(values.map((value) => value + 0));
        const json = JSON.parse(jsonOf(runs)) as {
          runs: { series: { tag: { values: (number | string)[] } } }[];
        };
        expect(json.runs[0]?.series.tag.values.map((value) => Number(value) + 0)).toEqual(
          values.map((value) => value + 0),
        );
      }),
    );
  });

  it('quote what would break a row', () => {
    const series = { 'a,"b"': { steps: [1], walls: [2], values: [3] } };
    expect(csvOf([{ run: 'r', series }])).toContain('r,"a,""b""",1,2,3');
  });
});
