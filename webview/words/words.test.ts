import { describe, expect, it } from 'vitest';
import { en } from './en.ts';
import { ja } from './ja.ts';

const holes = (text: string): string[] => [...text.matchAll(/\{\w+\}/gu)].map(([hole]) => hole).sort();

describe('the texts', () => {
  it.each(Object.keys(en) as (keyof typeof en)[])('fill the same holes in every language: %s', (key) => {
    expect(holes(ja[key])).toEqual(holes(en[key]));
    expect(ja[key]).not.toBe('');
  });
});
