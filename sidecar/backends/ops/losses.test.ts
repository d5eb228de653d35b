import { tensor1d, tensor2d, type Rank, type Scalar, type Tensor2D } from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { softmaxCrossEntropy } from './crossEntropy.ts';
import { distillationKl, distillationKlToProbabilities } from './distillationKl.ts';
import {
  expectClose,
  expectGradientsToBeSlopes,
  normalTensor,
  numbers,
  use,
  valueAndGradients,
} from './testing.ts';

const value = (loss: Scalar): number => numbers(loss)[0] ?? NaN;
const softmax = (logits: readonly number[], temperature = 1): number[] => {
  const most = Math.max(...logits);
  const powers = logits.map((z) => Math.exp((z - most) / temperature));
  const sum = powers.reduce((a, b) => a + b, 0);
  return powers.map((power) => power / sum);
};

describe.each(['wasm', 'cpu'] as const)('losses on %s', (backend) => {
  beforeEach(async () => {
    await use(backend);
  });

  it('cross-entropy and distillation give the worked example of DKEL', () => {
    const [z1, z2, m2] = [
      [2, 0, -1],
      [1, 1, 0],
      [1, 0.5, 0],
    ] as const;
    const row = (logits: readonly number[]): Tensor2D => tensor2d([...logits], [1, 3]);
    const label = tensor1d([0], 'int32');
    expect(value(softmaxCrossEntropy(row(z1), label))).toBeCloseTo(0.169846, 6);
    expect(value(softmaxCrossEntropy(row(z2), label))).toBeCloseTo(0.861995, 6);
    expect(value(distillationKl(row(z1), row([1.5, 0.5, -0.5]), 3))).toBeCloseTo(0.124522, 5);
    expect(value(distillationKl(row(z1), row(m2), 3))).toBeCloseTo(0.380602, 5);
  });

  it('cross-entropy has the gradient (softmax − onehot) / N', () => {
    const logits = normalTensor<Rank.R2>('logits', [3, 4]);
    const labels = [2, 0, 3];
    const [, gradient] = valueAndGradients(
      (z) => softmaxCrossEntropy(z as Tensor2D, tensor1d(labels, 'int32')),
      [logits],
    );
    const [dy = NaN] = numbers(normalTensor('dy', []));
    const expected = labels.flatMap((label, n) =>
      softmax(numbers(logits).slice(4 * n, 4 * n + 4)).map((q, c) => (dy * (q - (c === label ? 1 : 0))) / 3),
    );
    expectClose(gradient ?? [], expected, 1e-6);
  });

  it('distillation has the gradient (T / N) · (q − p) and none into the target', () => {
    const [logits, target] = [
      normalTensor<Rank.R2>('logits', [2, 5]),
      normalTensor<Rank.R2>('target', [2, 5]),
    ];
    const temperature = 3;
    const [dy = NaN] = numbers(normalTensor('dy', []));
    const rows = (x: Tensor2D): number[][] =>
      [0, 5].map((i) => softmax(numbers(x).slice(i, i + 5), temperature));
    const [q, p] = [rows(logits).flat(), rows(target).flat()];
    const expected = q.map((probability, i) => (dy * temperature * (probability - (p[i] ?? NaN))) / 2);
    const [, ofLogits] = valueAndGradients(
      (z) => distillationKl(z as Tensor2D, target, temperature),
      [logits],
    );
    expectClose(ofLogits ?? [], expected, 1e-6);
    const probabilities = tensor2d(p, [2, 5]);
    const [, again] = valueAndGradients(
      (z) => distillationKlToProbabilities(z as Tensor2D, probabilities, temperature),
      [logits],
    );
    expectClose(again ?? [], expected, 1e-6);
    expect(() =>
      valueAndGradients((g) => distillationKl(logits, g as Tensor2D, temperature), [target]),
    ).toThrow();
  });

  it('have gradients that are slopes', () => {
    const logits = normalTensor('logits', [4, 6]);
    const target = normalTensor<Rank.R2>('target', [4, 6]);
    expectGradientsToBeSlopes((z) => distillationKl(z as Tensor2D, target, 2), [logits], 5e-3);
    expectGradientsToBeSlopes(
      (z) => softmaxCrossEntropy(z as Tensor2D, tensor1d([0, 5, 2, 2], 'int32')),
      [logits],
      5e-3,
    );
  });

  it('stay finite for logits of ±10⁴ and for probabilities of 0', () => {
    const far = tensor2d([1e4, -1e4, 0, -1e4, 1e4, 0], [2, 3]);
    const near = tensor2d([-1e4, 1e4, 0, 0, 0, 1e4], [2, 3]);
    for (const temperature of [1, 4]) {
      const [loss, gradient] = valueAndGradients(
        (z) => distillationKl(z as Tensor2D, near, temperature),
        [far],
      );
      expect([...(loss ?? []), ...(gradient ?? [])].every(Number.isFinite)).toBe(true);
    }
    const [loss, gradient] = valueAndGradients(
      (z) => softmaxCrossEntropy(z as Tensor2D, tensor1d([1, 2], 'int32')),
      [far],
    );
    // Row 1: 10⁴ − (−10⁴); row 2: 10⁴ − 0.
    expect(loss).toEqual([15_000]);
    expect(gradient?.every(Number.isFinite)).toBe(true);
    const onehot = tensor2d([1, 0, 0], [1, 3]);
    const zeros = tensor2d([0, 0, 0], [1, 3]);
    expect(value(distillationKlToProbabilities(zeros, onehot, 1))).toBeCloseTo(Math.log(3), 6);
  });

  it('distillation is never negative, zero at equality, and blind to a shift of either side', () => {
    const logits = fc.array(fc.double({ min: -8, max: 8, noNaN: true }), { minLength: 4, maxLength: 4 });
    const shift = fc.double({ min: -5, max: 5, noNaN: true });
    const row = (z: readonly number[], by = 0): Tensor2D =>
      tensor2d(
        z.map((v) => v + by),
        [1, 4],
      );
    fc.assert(
      fc.property(logits, logits, shift, fc.constantFrom(1, 2, 4), (z, g, by, temperature) => {
        const loss = value(distillationKl(row(z), row(g), temperature));
        expect(loss).toBeGreaterThanOrEqual(-1e-5);
        expect(Math.abs(value(distillationKl(row(z), row(z), temperature)))).toBeLessThan(1e-5);
        expect(Math.abs(value(distillationKl(row(z, by), row(g), temperature)) - loss)).toBeLessThan(2e-4);
        expect(Math.abs(value(distillationKl(row(z), row(g, by), temperature)) - loss)).toBeLessThan(2e-4);
      }),
      { numRuns: 50 },
    );
  });
});
