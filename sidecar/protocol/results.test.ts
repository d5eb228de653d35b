import { describe, expect, it } from 'vitest';
import { deltaText } from './results.ts';

describe('a result beside another', () => {
  it.each([
    [{ unit: '%', before: 97.4, after: 97.9 }, '97.40 → 97.90 % (+0.50)'],
    [{ unit: '%', before: 97.4, after: 96 }, '97.40 → 96.00 % (−1.40)'],
    [{ unit: '%', before: 97.4, after: 97.401 }, '97.40 → 97.40 % (0.00)'],
    [{ unit: '', before: 1, after: 0.5 }, '1.0000 → 0.5000 (−0.5000)'],
    [{ unit: 's', before: 10, after: 12.34 }, '10.0 → 12.3 s (+2.3)'],
  ])('%o', (numbers, text) => {
    expect(deltaText({ name: 'x', ...numbers })).toBe(text);
  });
});
