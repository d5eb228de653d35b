import { describe, expect, it } from 'vitest';
import { Stream } from '../../random/stream.ts';
import { linearCka, representationOf } from './cka.ts';

const SAMPLES = 40;
const normals = (name: string, width: number) => Stream.of(5, name).normals(SAMPLES * width, 1);
const cka = (a: Float32Array, b: Float32Array) =>
  linearCka(representationOf(a, SAMPLES), representationOf(b, SAMPLES));

/** Each row of [samples, 2] turned by an angle, scaled and moved. */
const turned = (values: Float32Array, angle: number, scale: number, shift: number) =>
  values.map((value, index) => {
    const [x, y] = index % 2 === 0 ? [value, values[index + 1] ?? 0] : [values[index - 1] ?? 0, value];
    const rotated =
      index % 2 === 0 ? Math.cos(angle) * x - Math.sin(angle) * y : Math.sin(angle) * x + Math.cos(angle) * y;
    return scale * rotated + shift;
  });

describe('linear CKA', () => {
  it('is 1 for the same features, also turned, scaled and moved', () => {
    const x = normals('x', 2);
    expect(cka(x, x)).toBeCloseTo(1, 12);
    expect(cka(x, turned(x, 0.7, 3, 5))).toBeCloseTo(1, 5);
  });

  it('does not notice a turn of one side', () => {
    const [x, y] = [normals('x', 2), normals('y', 5)];
    expect(cka(turned(x, 1.1, 0.2, -4), y)).toBeCloseTo(cka(x, y), 5);
    expect(cka(x, y)).toBeCloseTo(cka(y, x), 12);
  });

  it('notices another scale of one direction alone', () => {
    const x = normals('x', 2);
    expect(
      cka(
        x,
        x.map((value, index) => (index % 2 === 0 ? 10 * value : value)),
      ),
    ).toBeLessThan(0.9);
  });

  it('is that of the closed form in one dimension: the squared correlation', () => {
    const x = Float32Array.of(1, 2, 3, 4);
    const y = Float32Array.of(2, 1, 4, 3);
    const value = linearCka(representationOf(x, 4), representationOf(y, 4));
    expect(value).toBeCloseTo(0.6 ** 2, 12);
  });

  it('is unknown where nothing varies', () => {
    expect(cka(normals('x', 2), new Float32Array(SAMPLES).fill(3))).toBeNaN();
  });
});
