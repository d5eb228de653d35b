import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Stream } from './stream.ts';
import { threefry } from './threefry.ts';

describe('threefry', () => {
  it('gives the known answers of the published test vectors', () => {
    expect(threefry(0, 0, 0, 0)).toEqual([0x6b200159, 0x99ba4efe]);
    expect(threefry(0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff)).toEqual([0x1cb996fc, 0xbb002be7]);
    expect(threefry(0x13198a2e, 0x03707344, 0x243f6a88, 0x85a308d3)).toEqual([0xc4923a9c, 0x483df7a0]);
  });
});

describe('Stream', () => {
  it('is a pure function of seed, name and counters', () => {
    const draws = (seed: number, name: string) =>
      [0, 1, 2].map((i) => Stream.of(seed, name).at(7, 3).uniform(i));
    expect(draws(42, 'view')).toEqual(draws(42, 'view'));
    expect(draws(42, 'view')).not.toEqual(draws(43, 'view'));
    expect(draws(42, 'view')).not.toEqual(draws(42, 'order'));
    expect(Stream.of(1, 'a').at(2, 3).uniform(0)).not.toBe(Stream.of(1, 'a').at(3, 2).uniform(0));
  });

  it('has the moments of uniform and normal draws', () => {
    const stream = Stream.of(1, 'moments');
    const count = 20_000;
    const uniform = Array.from({ length: count }, (_, i) => stream.uniform(i));
    const normal = Array.from({ length: count }, (_, i) => stream.at(1).normal(i));
    const mean = (values: number[]) => values.reduce((a, b) => a + b, 0) / values.length;
    expect(Math.abs(mean(uniform) - 0.5)).toBeLessThan(4 * Math.sqrt(1 / 12 / count));
    expect(Math.abs(mean(normal))).toBeLessThan(4 / Math.sqrt(count));
    expect(Math.abs(mean(normal.map((x) => x * x)) - 1)).toBeLessThan(4 * Math.sqrt(2 / count));
  });

  it('permutes without losing or doubling an element', () => {
    fc.assert(
      fc.property(fc.nat(2 ** 32), fc.integer({ min: 0, max: 300 }), (seed, count) => {
        const order = [...Stream.of(seed, 'order').permutation(count)];
        expect(order.toSorted((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, i) => i));
      }),
    );
  });
});
